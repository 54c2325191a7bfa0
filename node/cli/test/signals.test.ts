import { expect } from 'chai';
import { catchSignals } from '../signals.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const listeners = () => SIGNALS.map((signal) => process.listenerCount(signal));

describe('signals', () => {
  it('asks for an orderly end first, forces at the second, and leaves no listener behind', () => {
    const before = listeners();
    let said = 0;
    const interruption = catchSignals(() => said++);
    try {
      expect(interruption.signalName()).to.equal(undefined);
      process.emit('SIGTERM', 'SIGTERM');
      expect(interruption.stop.aborted).to.equal(true);
      expect(interruption.force.aborted).to.equal(false);
      expect(interruption.signalName()).to.equal('SIGTERM');
      process.emit('SIGINT', 'SIGINT');
      process.emit('SIGINT', 'SIGINT');
      expect(interruption.force.aborted).to.equal(true);
      expect(interruption.signalName()).to.equal('SIGTERM');
      expect(said).to.equal(1);
    } finally {
      interruption.release();
    }
    expect(listeners()).to.deep.equal(before);
  });
});
