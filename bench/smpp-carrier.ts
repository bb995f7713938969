/** The carrier of the bench: answers every submit at once and reports it delivered. Prints its port. */
import { realClock } from '../src/domain/clock.ts';
import { Smsc } from '../src/simulator/smsc.ts';

const smsc = new Smsc({ clock: realClock, keep: 0, receiptMs: 0 });
console.log(await smsc.listen());
process.stdin.on('end', () => process.exit(0)).resume();
