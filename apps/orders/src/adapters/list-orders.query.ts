import { Type } from 'class-transformer';
import { PROFILE_ID_PATTERN } from '@ballast/contracts';
import { CountField, IdField, TextField } from '@ballast/contracts/fields';

/** Orders in one page, at most and unless asked otherwise. */
export const PAGE_ORDERS_MAX = 200;
export const PAGE_ORDERS_DEFAULT = 50;

/** Which orders to list. */
export class ListOrdersQuery {
  @IdField(PROFILE_ID_PATTERN, { description: 'The profile.' })
  profileId!: string;
  @Type(() => Number)
  @CountField({ description: 'Orders in the page.', min: 1, max: PAGE_ORDERS_MAX, optional: true })
  limit?: number;
  @TextField({ description: 'From the page before.', lengthMax: 8_192, optional: true })
  cursor?: string;
}
