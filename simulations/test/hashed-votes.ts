export { hashedOperatorFor as operatorFor } from '../world/hashed-votes.ts';
