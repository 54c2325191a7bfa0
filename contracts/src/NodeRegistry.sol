// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The operators of a network and their bonds
/// @notice An operator is the address whose key signs commit votes. It registers the Ed25519 key of its node with a
/// bond, and gets the bond back some time after it leaves. Nobody owns this contract.
/// @dev The EVM has no Ed25519: the proof that the operator holds the node key travels in the event and every reader
/// checks it (`proofMessage` says over which bytes). A registration with a false proof is void to readers; it can
/// occupy a key at the price of a bond, and the key's holder then registers another.
contract NodeRegistry {
    /// @notice Where an operator stands.
    enum Status {
        None,
        Active,
        Exiting
    }

    /// @notice What is known of an operator.
    /// @param nodeKey Ed25519 public key of its node.
    /// @param status Where it stands.
    /// @param registeredAt Unix time in seconds of its registration.
    /// @param withdrawableAt Unix time in seconds from which an exiting operator may withdraw; 0 before its exit.
    /// @param bond Wei held.
    struct Operator {
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
    /// @notice How long bonds may be held back at most.
    uint64 public constant MAX_UNBONDING_DELAY = 365 days;

    /// @notice Wei that a registration must bring at least.
    uint256 public immutable MINIMUM_BOND;
    /// @notice Seconds from exit to withdrawal.
    uint64 public immutable UNBONDING_DELAY;

    /// @notice The operator that a node key belongs to, for ever.
    mapping(bytes32 nodeKey => address operator) public operatorOf;
    mapping(address operator => Operator) private _operators;
    address[] private _active;
    /// @dev Position in `_active`, meaningful for active operators alone.
    mapping(address operator => uint256) private _position;

    event Registered(address indexed operator, bytes32 indexed nodeKey, bytes proof, uint256 bond);
    event ExitStarted(address indexed operator, bytes32 indexed nodeKey, uint64 withdrawableAt);
    event Withdrawn(address indexed operator, uint256 bond);

    error UnbondingDelayTooLong(uint64 delay, uint64 maximum);
    error ZeroNodeKey();
    error ProofLengthInvalid(uint256 given, uint256 expected);
    error BondTooSmall(uint256 given, uint256 minimum);
    error AlreadyRegistered(address operator);
    error NodeKeyTaken(bytes32 nodeKey, address operator);
    error NotActive(address operator);
    error NotExiting(address operator);
    error StillBonded(address operator, uint64 withdrawableAt);
    error TransferFailed(address operator, uint256 amount);

    /// @param minimumBond Wei.
    /// @param unbondingDelay Seconds.
    constructor(uint256 minimumBond, uint64 unbondingDelay) {
        if (unbondingDelay > MAX_UNBONDING_DELAY) revert UnbondingDelayTooLong(unbondingDelay, MAX_UNBONDING_DELAY);
        MINIMUM_BOND = minimumBond;
        UNBONDING_DELAY = unbondingDelay;
    }

    /// @notice Registers the caller with a node key and a bond. After a withdrawal the caller may register again,
    /// with its old key or a new one.
    /// @param nodeKey Ed25519 public key that no other operator has used.
    /// @param proof Ed25519 signature by that key over `proofMessage(caller)`.
    function register(bytes32 nodeKey, bytes calldata proof) external payable {
        if (nodeKey == 0) revert ZeroNodeKey();
        if (proof.length != PROOF_LENGTH) revert ProofLengthInvalid(proof.length, PROOF_LENGTH);
        if (msg.value < MINIMUM_BOND) revert BondTooSmall(msg.value, MINIMUM_BOND);
        if (_operators[msg.sender].status != Status.None) revert AlreadyRegistered(msg.sender);
        address owner = operatorOf[nodeKey];
        if (owner != address(0) && owner != msg.sender) revert NodeKeyTaken(nodeKey, owner);

        operatorOf[nodeKey] = msg.sender;
        _operators[msg.sender] = Operator(nodeKey, Status.Active, uint64(block.timestamp), 0, msg.value);
        _position[msg.sender] = _active.length;
        _active.push(msg.sender);
        emit Registered(msg.sender, nodeKey, proof, msg.value);
    }

    /// @notice Leaves the set of active operators and starts the unbonding delay.
    function exit() external {
        Operator storage operator = _operators[msg.sender];
        if (operator.status != Status.Active) revert NotActive(msg.sender);
        operator.status = Status.Exiting;
        operator.withdrawableAt = uint64(block.timestamp) + UNBONDING_DELAY;

        uint256 position = _position[msg.sender];
        address last = _active[_active.length - 1];
        _active[position] = last;
        _position[last] = position;
        _active.pop();
        emit ExitStarted(msg.sender, operator.nodeKey, operator.withdrawableAt);
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

    /// @notice What is known of an operator; `Status.None` for a stranger.
    function operators(address operator) external view returns (Operator memory) {
        return _operators[operator];
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
        returns (address[] memory addresses, Operator[] memory records)
    {
        uint256 count = _active.length;
        uint256 rest = offset < count ? count - offset : 0;
        uint256 size = limit < rest ? limit : rest;
        addresses = new address[](size);
        records = new Operator[](size);
        for (uint256 i = 0; i < size; ++i) {
            addresses[i] = _active[offset + i];
            records[i] = _operators[addresses[i]];
        }
    }

    /// @notice The bytes that a node key signs to show that its holder accepts `operator`: domain, chain id
    /// (32 bytes), this contract (20 bytes), operator (20 bytes).
    function proofMessage(address operator) external view returns (bytes memory) {
        return abi.encodePacked(PROOF_DOMAIN, block.chainid, address(this), operator);
    }
}
