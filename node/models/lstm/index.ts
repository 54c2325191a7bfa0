export { forecastWindows, type LstmExamples, lstmLoss } from './examples.ts';
export {
  createLstm,
  createTraces,
  initialLstmWeights,
  type LstmLayer,
  type LstmModel,
  type LstmSpec,
  type LstmTrace,
  lstmForward,
  PEG_LSTM,
  predictLstm,
} from './lstm.ts';
