import { isJsonObject } from '../../json.js';
import { itemSequence } from '../../resource-id.js';
import { define, type FunctionGroup } from './function-definition.js';

/** Functions of whole items. */
export const ITEM_FUNCTIONS: FunctionGroup = {
  DOCUMENTID: define(1, 1, (item) => {
    const rid = isJsonObject(item) ? item['_rid'] : undefined;
    return typeof rid === 'string' ? itemSequence(rid) : undefined;
  }),
};
