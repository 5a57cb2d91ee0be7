import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { MONITOR_ID_PATTERN, SetMonitorRequest } from '@ballast/contracts/ledger';
import type { MonitorList, MonitorView } from '@ballast/contracts/ledger';
import {
  CurrentCaller,
  IdempotencyKey,
  IfMatch,
  ProblemException,
  Roles,
  Scopes,
  contentTag,
  idParam,
  requestHash,
} from '@ballast/service-host';
import type { Caller, Precondition } from '@ballast/service-host';
import { Body, Controller, Delete, Get, Put, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { MonitorCommand } from '../set-monitor.js';
import { SetMonitor } from '../set-monitor.js';
import { invalid, unitsIn, viewIn } from './capital-requests.js';

/** The monitors of a profile, over private HTTP. */
@Controller('v1/profiles/:id/capital/monitors')
export class MonitorsController {
  constructor(private readonly monitors: SetMonitor) {}

  @Get()
  @Scopes('capital:read')
  async list(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<MonitorList> {
    const list = await this.monitors.list(profileId, caller);
    if (list === undefined) throw new ProblemException('not-found');
    return list;
  }

  @Get(':monitorId')
  @Scopes('capital:read')
  async one(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @idParam('monitorId', MONITOR_ID_PATTERN) monitorId: string,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MonitorView> {
    const monitor = await this.monitors.one(profileId, monitorId, caller);
    if (monitor === undefined) throw new ProblemException('not-found');
    return tagged(monitor, reply);
  }

  /** 200 with the monitor; 422 when there are too many. */
  @Put(':monitorId')
  @Scopes('capital:write')
  @Roles('trader', 'operator', 'admin')
  async set(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @idParam('monitorId', MONITOR_ID_PATTERN) monitorId: string,
    @Body() request: SetMonitorRequest,
    @IdempotencyKey() idempotencyKey: string,
    @IfMatch({}) precondition: Precondition,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MonitorView> {
    const threshold = unitsIn(request.threshold, '/threshold');
    const hysteresis = unitsIn(request.hysteresis ?? '0', '/hysteresis');
    if (threshold < 0n) throw invalid('/threshold', 'must not be below zero');
    if (hysteresis < 0n) throw invalid('/hysteresis', 'must not be below zero');
    const command = commandOf('PUT', request, { profileId, monitorId, idempotencyKey, caller });
    const wasSeen = (before: MonitorView | undefined): boolean => precondition.holds(tagOf(before));
    const rule = { measure: request.measure, threshold, hysteresis };
    return tagged(viewIn(await this.monitors.set({ ...command, wasSeen }, rule)), reply);
  }

  /** 200 with those that are left. */
  @Delete(':monitorId')
  @Scopes('capital:write')
  @Roles('trader', 'operator', 'admin')
  async remove(
    @idParam('id', PROFILE_ID_PATTERN) profileId: string,
    @idParam('monitorId', MONITOR_ID_PATTERN) monitorId: string,
    @IdempotencyKey() idempotencyKey: string,
    @CurrentCaller() caller: Caller,
  ): Promise<MonitorList> {
    const command = commandOf('DELETE', undefined, { profileId, monitorId, idempotencyKey, caller });
    return viewIn(await this.monitors.remove(command));
  }
}

/** The monitor, with the `ETag` of its rule in the answer: on which side of it the value is makes no other version. */
function tagged(monitor: MonitorView, reply: FastifyReply): MonitorView {
  void reply.header('etag', tagOf(monitor));
  return monitor;
}

function tagOf(monitor: MonitorView | undefined): string {
  return contentTag(monitor && [monitor.measure, monitor.threshold, monitor.hysteresis]);
}

function commandOf(
  method: string,
  body: SetMonitorRequest | undefined,
  asked: Omit<MonitorCommand, 'kind' | 'requestHash'>,
): MonitorCommand {
  const path = `/v1/profiles/${asked.profileId}/capital/monitors/${asked.monitorId}`;
  return { ...asked, kind: 'monitor', requestHash: requestHash(method, path, body) };
}
