// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Bls} from "./Bls.sol";

/// @title The operators of a network and their bonds
/// @notice An operator has three keys. Its owner, who may be kept offline or be a contract, holds the bond and calls
/// this contract; its signer signs commit votes and pays for publications; its node key signs messages. The owner
/// gets the bond back some time after it leaves, and may name another signer: committees are fixed by their roots
/// elsewhere, so a new signer counts from the next committee on. One contract, named for ever, may take from bonds on
/// proof of an offence, those of leaving operators included. Nobody owns this contract.
/// @dev The EVM has no Ed25519: the proof that the owner's node holds the node key travels in the event and every
/// reader checks it (`proofMessage` says over which bytes). A registration with a false proof is void to readers; it
/// can occupy a key at the price of a bond, and the key's holder then registers another. The signer's proof is
/// checked here. It names the owner and a number used once, so nobody else can use it, nor its owner twice.
contract NodeRegistry is EIP712 {
    /// @notice Where an operator stands.
    enum Status {
        None,
        Active,
        Exiting
    }

    /// @notice What is known of an operator.
    /// @param signer Address whose key signs commit votes.
    /// @param nodeKey Ed25519 public key of its node.
    /// @param status Where it stands.
    /// @param registeredAt Unix time in seconds of its registration.
    /// @param withdrawableAt Unix time in seconds from which an exiting operator may withdraw; 0 before its exit.
    /// @param bond Wei held.
    struct Operator {
        address signer;
        bytes32 nodeKey;
        Status status;
        uint64 registeredAt;
        uint64 withdrawableAt;
        uint256 bond;
    }

    /// @notice Bytes of an Ed25519 signature.
    uint256 public constant PROOF_LENGTH = 64;
    /// @notice What a proof of possession begins with.
    string public constant PROOF_DOMAIN = "ballast/node-registration/1";
    bytes32 public constant SIGNER_PROOF_TYPEHASH =
        keccak256("SignerProof(address owner,address signer,bytes32 nodeKey,uint256 nonce)");
    bytes32 public constant BLS_POSSESSION_TYPEHASH = keccak256("BlsPossession(address signer,bytes key)");
    /// @notice Domain separation tag of proofs of possession: none of them is a vote.
    bytes public constant BLS_POSSESSION_DOMAIN = "BALLAST-V1-POSSESSION-BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";
    /// @notice How long bonds may be held back at most.
    uint64 public constant MAX_UNBONDING_DELAY = 365 days;

    /// @notice Wei that a registration must bring at least.
    uint256 public immutable MINIMUM_BOND;
    /// @notice Seconds from exit to withdrawal.
    uint64 public immutable UNBONDING_DELAY;
    /// @notice Who alone may take from bonds; zero for nobody.
    address public immutable SLASHER;

    /// @notice The owner that a node key belongs to, for ever.
    mapping(bytes32 nodeKey => address owner) public ownerOfNode;
    /// @notice The owner that a signer belongs to, for ever: no two members of a committee share a vote.
    mapping(address signer => address owner) public ownerOfSigner;
    /// @notice The number that an owner's next signer proof must name. It never goes back.
    mapping(address owner => uint256) public signerNonce;
    /// @notice The signer that a BLS key belongs to, for ever: no two members share a key either.
    mapping(bytes32 keyHash => address signer) public signerOfBlsKey;
    mapping(address owner => Operator) private _operators;
    address[] private _active;
    /// @dev Position in `_active`, meaningful for active operators alone.
    mapping(address owner => uint256) private _position;

    event Registered(
        address indexed owner, bytes32 indexed nodeKey, address indexed signer, bytes proof, uint256 bond
    );
    event SignerRotated(address indexed owner, address indexed previous, address indexed signer);
    event BlsKeyRegistered(address indexed signer, bytes key);
    event ExitStarted(address indexed owner, bytes32 indexed nodeKey, uint64 withdrawableAt);
    event Withdrawn(address indexed owner, uint256 bond);
    event Slashed(address indexed owner, uint256 amount, uint256 bond);

    error UnbondingDelayTooLong(uint64 delay, uint64 maximum);
    error ZeroNodeKey();
    error ProofLengthInvalid(uint256 given, uint256 expected);
    error BondTooSmall(uint256 given, uint256 minimum);
    error AlreadyRegistered(address owner);
    error NodeKeyTaken(bytes32 nodeKey, address owner);
    /// @notice The key that signs votes must not be the one that holds the bond.
    error SignerIsOwner(address owner);
    error SignerTaken(address signer, address owner);
    /// @notice The proof is malformed, or by another key, for another owner or node key, or used before.
    error SignerProofInvalid(address signer, uint256 nonce);
    error BlsKeyTaken(bytes32 keyHash, address signer);
    /// @notice The proof is by another key, or for another signer, registry or chain.
    error BlsPossessionInvalid(address signer);
    error NotSigner(address caller);
    error NotActive(address owner);
    error NotExiting(address owner);
    error StillBonded(address owner, uint64 withdrawableAt);
    error TransferFailed(address owner, uint256 amount);
    error NotSlasher(address slasher, address caller);
    error NotRegistered(address owner);

    /// @param minimumBond Wei.
    /// @param unbondingDelay Seconds.
    /// @param slasher Who alone may take from bonds; zero for nobody.
    constructor(uint256 minimumBond, uint64 unbondingDelay, address slasher) EIP712("Ballast", "1") {
        if (unbondingDelay > MAX_UNBONDING_DELAY) revert UnbondingDelayTooLong(unbondingDelay, MAX_UNBONDING_DELAY);
        MINIMUM_BOND = minimumBond;
        UNBONDING_DELAY = unbondingDelay;
        SLASHER = slasher;
    }

    /// @notice Registers the caller, who owns the bond, with a node key and a signer. After a withdrawal the caller
    /// may register again, with its old keys or new ones.
    /// @param nodeKey Ed25519 public key that no other owner has used.
    /// @param proof Ed25519 signature by that key over `proofMessage(caller)`.
    /// @param signer Address that no other owner has named, and that is not the caller.
    /// @param signerProof Signature of `hashSignerProof(caller, signer, nodeKey, signerNonce(caller))` by the signer.
    function register(bytes32 nodeKey, bytes calldata proof, address signer, bytes calldata signerProof)
        external
        payable
    {
        if (nodeKey == 0) revert ZeroNodeKey();
        if (proof.length != PROOF_LENGTH) revert ProofLengthInvalid(proof.length, PROOF_LENGTH);
        if (msg.value < MINIMUM_BOND) revert BondTooSmall(msg.value, MINIMUM_BOND);
        if (_operators[msg.sender].status != Status.None) revert AlreadyRegistered(msg.sender);
        address owner = ownerOfNode[nodeKey];
        if (owner != address(0) && owner != msg.sender) revert NodeKeyTaken(nodeKey, owner);
        _takeSigner(signer, nodeKey, signerProof);

        ownerOfNode[nodeKey] = msg.sender;
        _operators[msg.sender] = Operator(signer, nodeKey, Status.Active, uint64(block.timestamp), 0, msg.value);
        _position[msg.sender] = _active.length;
        _active.push(msg.sender);
        emit Registered(msg.sender, nodeKey, signer, proof, msg.value);
    }

    /// @notice Names another signer for the caller's active registration. The committee of the running epoch keeps
    /// the previous one.
    /// @param signer As in `register`.
    /// @param signerProof As in `register`.
    function rotateSigner(address signer, bytes calldata signerProof) external {
        Operator storage operator = _operators[msg.sender];
        if (operator.status != Status.Active) revert NotActive(msg.sender);
        _takeSigner(signer, operator.nodeKey, signerProof);
        address previous = operator.signer;
        operator.signer = signer;
        emit SignerRotated(msg.sender, previous, signer);
    }

    /// @notice Names the BLS key with which the caller, an active operator's signer, votes in committees that are
    /// large enough. The last one named counts from the next committee on.
    /// @param key Point of G1 as EIP-2537 writes it, 128 bytes, that no other signer has named.
    /// @param possession BLS signature of `hashBlsPossession(caller, key)` by that key, 256 bytes.
    function registerBlsKey(bytes calldata key, bytes calldata possession) external {
        Operator storage operator = _operators[ownerOfSigner[msg.sender]];
        if (operator.status != Status.Active || operator.signer != msg.sender) revert NotSigner(msg.sender);
        bytes32 keyHash = keccak256(key);
        address signer = signerOfBlsKey[keyHash];
        if (signer != address(0) && signer != msg.sender) revert BlsKeyTaken(keyHash, signer);
        bytes32 digest = hashBlsPossession(msg.sender, key);
        if (!Bls.isSigned(key, BLS_POSSESSION_DOMAIN, abi.encodePacked(digest), possession)) {
            revert BlsPossessionInvalid(msg.sender);
        }
        signerOfBlsKey[keyHash] = msg.sender;
        emit BlsKeyRegistered(msg.sender, key);
    }

    /// @notice Leaves the set of active operators and starts the unbonding delay.
    function exit() external {
        Operator storage operator = _operators[msg.sender];
        if (operator.status != Status.Active) revert NotActive(msg.sender);
        _leave(msg.sender, operator);
    }

    /// @notice Pays the bond back after the unbonding delay and forgets the operator.
    function withdraw() external {
        Operator storage operator = _operators[msg.sender];
        if (operator.status != Status.Exiting) revert NotExiting(msg.sender);
        if (block.timestamp < operator.withdrawableAt) revert StillBonded(msg.sender, operator.withdrawableAt);
        uint256 bond = operator.bond;
        delete _operators[msg.sender];
        emit Withdrawn(msg.sender, bond);
        (bool paid,) = msg.sender.call{value: bond}("");
        if (!paid) revert TransferFailed(msg.sender, bond);
    }

    /// @notice Takes from a bond, and pays it to the slasher, who alone may call it. An active operator whose bond falls
    /// below the minimum leaves; what is left it may withdraw after the delay.
    /// @param amount Wei; more than the bond takes all of it.
    /// @return taken Wei that were taken.
    function slash(address owner, uint256 amount) external returns (uint256 taken) {
        if (msg.sender != SLASHER) revert NotSlasher(SLASHER, msg.sender);
        Operator storage operator = _operators[owner];
        if (operator.status == Status.None) revert NotRegistered(owner);
        uint256 bond = operator.bond;
        taken = amount < bond ? amount : bond;
        operator.bond = bond - taken;
        emit Slashed(owner, taken, bond - taken);
        if (operator.status == Status.Active && bond - taken < MINIMUM_BOND) _leave(owner, operator);
        (bool paid,) = msg.sender.call{value: taken}("");
        if (!paid) revert TransferFailed(msg.sender, taken);
    }

    /// @notice What is known of an owner's operator; `Status.None` for a stranger.
    function operators(address owner) external view returns (Operator memory) {
        return _operators[owner];
    }

    /// @notice Number of active operators.
    function activeCount() external view returns (uint256) {
        return _active.length;
    }

    /// @notice A page of the active operators, in no stated order; empty beyond the end.
    /// @param offset First position.
    /// @param limit Most entries to return.
    function activeOperators(uint256 offset, uint256 limit)
        external
        view
        returns (address[] memory owners, Operator[] memory records)
    {
        uint256 count = _active.length;
        uint256 rest = offset < count ? count - offset : 0;
        uint256 size = limit < rest ? limit : rest;
        owners = new address[](size);
        records = new Operator[](size);
        for (uint256 i = 0; i < size; ++i) {
            owners[i] = _active[offset + i];
            records[i] = _operators[owners[i]];
        }
    }

    /// @notice The bytes that a node key signs to show that its holder accepts `owner`: domain, chain id
    /// (32 bytes), this contract (20 bytes), owner (20 bytes).
    function proofMessage(address owner) external view returns (bytes memory) {
        return abi.encodePacked(PROOF_DOMAIN, block.chainid, address(this), owner);
    }

    /// @notice EIP-712 digest that a signer signs to show that its holder accepts `owner`.
    function hashSignerProof(address owner, address signer, bytes32 nodeKey, uint256 nonce)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(keccak256(abi.encode(SIGNER_PROOF_TYPEHASH, owner, signer, nodeKey, nonce)));
    }

    /// @notice EIP-712 digest that a BLS key signs to show that its holder is `signer`.
    function hashBlsPossession(address signer, bytes calldata key) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(BLS_POSSESSION_TYPEHASH, signer, keccak256(key))));
    }

    function _leave(address owner, Operator storage operator) private {
        operator.status = Status.Exiting;
        operator.withdrawableAt = uint64(block.timestamp) + UNBONDING_DELAY;
        uint256 position = _position[owner];
        address last = _active[_active.length - 1];
        _active[position] = last;
        _position[last] = position;
        _active.pop();
        emit ExitStarted(owner, operator.nodeKey, operator.withdrawableAt);
    }

    function _takeSigner(address signer, bytes32 nodeKey, bytes calldata proof) private {
        if (signer == msg.sender) revert SignerIsOwner(msg.sender);
        address owner = ownerOfSigner[signer];
        if (owner != address(0) && owner != msg.sender) revert SignerTaken(signer, owner);
        uint256 nonce = signerNonce[msg.sender]++;
        bytes32 digest = hashSignerProof(msg.sender, signer, nodeKey, nonce);
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, proof);
        if (failure != ECDSA.RecoverError.NoError || recovered != signer) revert SignerProofInvalid(signer, nonce);
        ownerOfSigner[signer] = msg.sender;
    }
}
