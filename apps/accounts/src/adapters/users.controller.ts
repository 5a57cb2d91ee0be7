import { USER_ID_PATTERN } from '@ballast/contracts';
import { ChangeUserRequest, CreateUserRequest } from '@ballast/contracts/accounts';
import type { UserPage, UserView } from '@ballast/contracts/accounts';
import {
  AnsweredWrites,
  CurrentCaller,
  IdempotencyKey,
  IfMatch,
  PageQuery,
  Repeatable,
  RequireFreshSecondFactor,
  Roles,
  contentTag,
  idParam,
  requestHash,
} from '@ballast/service-host';
import type { Caller, PageRequest, Precondition, RepeatableWrite } from '@ballast/service-host';
import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
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
    private readonly answered: AnsweredWrites,
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
    // The hash of the password is for `Passwords` alone, so it is no part of what the request is known by.
    const write = { callerId: actor, idempotencyKey, requestHash: hash };
    return this.answered.once(write, () => this.createUser.execute({ actor, requestHash: hash, request }));
  }

  @Get()
  list(@PageQuery(PAGE) page: PageRequest): Promise<UserPage> {
    return this.readUsers.page(page);
  }

  @Get(':id')
  async one(
    @idParam('id', USER_ID_PATTERN) userId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserView> {
    return tagged(await this.readUsers.one(userId), reply);
  }

  @Patch(':id')
  @RequireFreshSecondFactor()
  async change(
    @Repeatable() write: RepeatableWrite,
    @idParam('id', USER_ID_PATTERN) userId: string,
    @Body() request: ChangeUserRequest,
    @IfMatch({ required: true }) precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UserView> {
    const change = (): Promise<UserView> =>
      this.changeUser.execute(write.callerId, userId, request, (before) => precondition.check(contentTag(before)));
    return tagged(await this.answered.once(write, change), reply);
  }

  /** For a user who lost it. */
  @Delete(':id/second-factor')
  @HttpCode(204)
  @RequireFreshSecondFactor()
  removeSecondFactor(
    @Repeatable() write: RepeatableWrite,
    @idParam('id', USER_ID_PATTERN) userId: string,
  ): Promise<void> {
    return this.answered.once(write, () => this.enrol.remove(write.callerId, userId));
  }
}

/** The user, with the `ETag` in the answer. */
function tagged(user: UserView, reply: FastifyReply): UserView {
  void reply.header('etag', contentTag(user));
  return user;
}
