import { GatewayRefusal, refusalClassOf } from './client/refusal.ts';

/** HTTP status of the gateway's own refusal codes; codes of other packages are mapped by their class (see http.ts). */
export const GATEWAY_CODES = {
  'DEVICE-UNKNOWN': [404, 'no registered node has this id at the last final block'],
  'DEVICE-SIGNATURE': [401, 'the signature does not verify under the registered device key'],
  'DEVICE-CLOCK': [401, 'the request was signed too long ago or too far ahead'],
  'DEVICE-REPLAYED': [425, 'a newer request of this node was taken before: sign another'],
  'DEVICE-ACTION': [400, 'the signed action is not the one that was asked for'],
  'DEVICE-MALFORMED': [400, 'the signed request is not of the wire profile'],
  'OFFER-EPOCH': [409, 'offers are taken for the next epoch and the one after'],
  'OFFER-CLASS': [400, 'the offered class is not the registered one'],
  'OFFER-CAPACITY': [400, 'the offered capacity is above the attested one'],
  'OFFER-TERMS': [400, 'a resource, region, evidence level, pool or drain that cannot be'],
  'RESULT-UNKNOWN': [404, 'no open lease of this node has that task'],
  'RESULT-SIGNATURE': [401, 'the receipt does not verify under the registered device key'],
  'RESULT-MISMATCH': [422, 'the receipt speaks of another module, input, output or cost table'],
  'RESULT-FUEL': [422, 'the receipt claims more fuel than the task allows'],
  'RESULT-LATE': [409, 'the lease ended with its epoch'],
  'POLICY-UNKNOWN': [404, 'the network has no policy of that hash'],
  'POLICY-BACKWARDS': [
    409,
    'a change of rules reaches an epoch that is past, runs, or has offers already; let it begin later',
  ],
  'TASK-KEY': [401, 'a consumer’s API key is needed'],
  'TASK-MODULE': [422, 'the module is not one that this network runs'],
  'TASK-INPUT': [422, 'the input was not stored before the task'],
  'TASK-FUEL': [400, 'the fuel limit is out of range'],
  'TASK-UNKNOWN': [404, 'this consumer has no such task'],
  'TASK-CLOSED': [409, 'the network is draining and sells no more work'],
  'TASK-UNDONE': [409, 'the task is not done yet'],
  'ACCOUNT-FUNDS': [402, 'the wallet does not cover it; deposit into Settlement first'],
  'EPOCH-UNSETTLED': [425, 'that epoch is not settled yet'],
  'EPOCH-UNALLOTTED': [
    410,
    'that epoch went by before its price was fixed: its work was allotted to nobody, it has no leases',
  ],
  'ERA-UNKNOWN': [404, 'that era has no root yet'],
  'CLAIM-UNKNOWN': [404, 'the account has nothing in that era’s root'],
  'EVIDENCE-UNKNOWN': [404, 'no fault rests on evidence with that hash'],
  'REQUEST-MALFORMED': [400, 'the request does not fit the API'],
  'REQUEST-OVERSIZED': [413, 'the body is larger than the API takes'],
  'REQUEST-SLOW': [408, 'the request did not come in whole in time'],
  'REQUEST-RATE': [429, 'too many requests from this address'],
  'ROUTE-UNKNOWN': [404, 'the API has no such route'],
} as const satisfies Record<string, readonly [number, string]>;

export type GatewayCode = keyof typeof GATEWAY_CODES;

/** A refusal of the gateway's own: expected and got are named, the meaning comes from the table. */
export function refuse(code: GatewayCode, where: string, expected: string, got: string): GatewayRefusal {
  const [status, meaning] = GATEWAY_CODES[code];
  const message = `${where}: ${meaning} (expected ${expected}, got ${got})`;
  return new GatewayRefusal({ code, message, expected, got, where }, status, refusalClassOf(status));
}
