export {
  type CollateralState,
  collateralRisk,
  governanceRisk,
  liquidityRisk,
  type MarketRiskNumbers,
  marketRisk,
  oracleRisk,
} from './components.ts';
export { RISK_COMPONENTS, totalRisk } from './total.ts';
