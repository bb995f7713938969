/** The staircase to a carrier of any kind, for the command line and for a running server. */
import type { SmppSettings } from '../smpp/settings.ts';
import type { StaircaseOptions, Step } from './ground.ts';
import { climbHttp, climbSimulated, type HttpSetting } from './http.ts';
import { climbSmpp } from './smpp.ts';

/** What a carrier is reached by. */
export type CarrierSetting =
  | { kind: 'simulated'; name: string }
  | { kind: 'smpp'; name: string; smpp: SmppSettings }
  | HttpSetting;

/** Steps as they are done. What is open when nobody asks for the next is closed. */
export async function* climb(setting: CarrierSetting, options: StaircaseOptions): AsyncGenerator<Step> {
  switch (setting.kind) {
    case 'smpp':
      return yield* climbSmpp(setting.smpp, options);
    case 'simulated':
      return yield* climbSimulated();
    default:
      return yield* climbHttp(setting, options);
  }
}
