import { USER_ID_PATTERN } from '@ballast/contracts';
import { ChangeUserRequest, CreateUserRequest } from '@ballast/contracts/accounts';
import type { UserPage, UserView } from '@ballast/contracts/accounts';
import {
  CurrentCaller,
  IdempotencyKey,
  PageQuery,
  RequireFreshSecondFactor,
  Roles,
  idParam,
  requestHash,
} from '@ballast/service-host';
import type { Caller, PageRequest } from '@ballast/service-host';
import { Body, Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ChangeUser } from '../change-user.js';
import { CreateUser } from '../create-user.js';
import { EnrolSecondFactor } from '../enrol-second-factor.js';
import { ReadUsers } from '../read-users.js';

const PAGE = { limitDefault: 50, limitMax: 500 };

/** The users, for admins. */
@Controller('v1/users')
@Roles('admin')
export class UsersController {
  constructor(
    private readonly createUser: CreateUser,
    private readonly changeUser: ChangeUser,
    private readonly readUsers: ReadUsers,
    private readonly enrol: EnrolSecondFactor,
  ) {}

  @Post()
  @RequireFreshSecondFactor()
  create(
    @CurrentCaller() { userId: actor }: Caller,
    @IdempotencyKey() idempotencyKey: string,
    @Body() request: CreateUserRequest,
  ): Promise<UserView> {
    const { password: _never, ...shown } = request;
    const hash = requestHash('POST', '/v1/users', { ...shown, idempotencyKey });
    return this.createUser.execute({ actor, requestHash: hash, request });
  }

  @Get()
  list(@PageQuery(PAGE) page: PageRequest): Promise<UserPage> {
    return this.readUsers.page(page);
  }

  @Get(':id')
  one(@idParam('id', USER_ID_PATTERN) userId: string): Promise<UserView> {
    return this.readUsers.one(userId);
  }

  @Patch(':id')
  @RequireFreshSecondFactor()
  change(
    @CurrentCaller() { userId: actor }: Caller,
    @idParam('id', USER_ID_PATTERN) userId: string,
    @Body() request: ChangeUserRequest,
  ): Promise<UserView> {
    return this.changeUser.execute(actor, userId, request);
  }

  /** For a user who lost it. */
  @Delete(':id/second-factor')
  @HttpCode(204)
  @RequireFreshSecondFactor()
  removeSecondFactor(
    @CurrentCaller() { userId: actor }: Caller,
    @idParam('id', USER_ID_PATTERN) userId: string,
  ): Promise<void> {
    return this.enrol.remove(actor, userId);
  }
}
