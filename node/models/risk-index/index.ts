export {
  type CollateralState,
  type CollateralWeights,
  collateralRisk,
  governanceRisk,
  liquidityRisk,
  type MarketRiskNumbers,
  type MarketState,
  marketRisk,
  oracleRisk,
  type Usual,
} from './components.ts';
export { type ByComponent, RISK_COMPONENTS, type RiskComponent, SHARE_UNIT, totalRisk } from './total.ts';
