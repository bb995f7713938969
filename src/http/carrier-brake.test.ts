import { describe, expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import { CarrierBrake } from './carrier-brake.ts';

function wrong(brake: CarrierBrake, times: number): void {
  for (let time = 0; time < times; time += 1) brake.countWrong('192.0.2.1');
}

describe('the brake at the carriers’ door', () => {
  it('is on for an address that was wrong sixty times in a minute, for the rest of it', () => {
    const clock = new HandWoundClock();
    const brake = new CarrierBrake(clock);
    wrong(brake, 59);
    expect(brake.isOn('192.0.2.1')).toBe(false);
    wrong(brake, 1);
    expect([brake.isOn('192.0.2.1'), brake.isOn('192.0.2.2')]).toEqual([true, false]);
    clock.advance(60_000);
    expect(brake.isOn('192.0.2.1')).toBe(false);
  });

  it('lets an address through that was right lately, whoever else is behind it', () => {
    const clock = new HandWoundClock();
    const brake = new CarrierBrake(clock);
    brake.countRight('192.0.2.1');
    wrong(brake, 100);
    expect(brake.isOn('192.0.2.1')).toBe(false);
    clock.advance(600_000);
    wrong(brake, 100);
    expect(brake.isOn('192.0.2.1')).toBe(true);
  });

  it('gives bodies so much room together, and has it back once each is read', () => {
    const brake = new CarrierBrake(new HandWoundClock());
    const leave = brake.takeRoom(60_000_000);
    expect(brake.takeRoom(10_000_000)).toBeNull();
    leave?.();
    leave?.();
    expect(brake.takeRoom(60_000_000)).not.toBeNull();
    expect(brake.takeRoom(60_000_000)).toBeNull();
  });
});
