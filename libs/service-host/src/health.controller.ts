import { Controller, Get, HttpCode, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from './caller.js';
import { Readiness } from './readiness.js';

/** What a load balancer asks. */
@ApiExcludeController()
@Public()
@Controller('health')
export class HealthController {
  constructor(@Inject(Readiness) private readonly readiness: Readiness) {}

  /** 200 while the process runs. */
  @Get('live')
  @HttpCode(200)
  live(): object {
    return { live: true };
  }

  /** 200 while requests are welcome, else 503; the findings of all checks either way. */
  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const finding = await this.readiness.find();
    reply.status(finding.ready ? 200 : 503).header('cache-control', 'no-store');
    return finding;
  }
}
