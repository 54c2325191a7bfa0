# A chain and a network of four nodes, all by what the image holds; three of them run here, the first elsewhere.
set -euo pipefail
cd /rehearsal
umask 077
ballast() { node /app/bin/ballast.js "$@"; }

/app/node_modules/.bin/anvil --silent --mixed-mining --block-time 2 --slots-in-an-epoch 1 &
echo 'four words of nonsense' > pass
for i in 1 2 3 4; do
  ballast init --folder node-$i --venue $i --port 400$i --api-port $((9469 + i)) --rounds 1000 --passphrase-file pass
  ballast init --stake --folder cold-$i --passphrase-file pass
done
ballast init --stake --folder gov --passphrase-file pass
for address in $(grep -ho '0x[0-9a-fA-F]\{40\}' ./*/*keystore.json); do
  node -e '
    const params = [process.argv[1], "0x8ac7230489e80000"];
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "anvil_setBalance", params });
    fetch("http://127.0.0.1:8545", { method: "POST", headers: { "content-type": "application/json" }, body });
  ' "$address"
done
# The peer that all know first is one that runs here.
ballast plan --bootstrap "/ip4/127.0.0.1/tcp/4002/p2p/$(grep -o '12D3Koo[0-9A-Za-z]*' node-2/keystore.json)" > plan.json
# The first round begins when all are there, not 64 blocks after the deployment.
node -e '
  const plan = JSON.parse(fs.readFileSync("plan.json", "utf8"));
  fs.writeFileSync("plan.json", JSON.stringify({ ...plan, beaconDelay: 8 }));
'
ballast deploy plan.json --rpc http://127.0.0.1:8545 --deployer-keystore gov/stake-keystore.json --passphrase-file pass --yes
for i in 1 2 3 4; do
  ballast register --folder node-$i --passphrase-file pass \
    --stake-keystore cold-$i/stake-keystore.json --stake-passphrase-file pass --yes
done
ballast activate --rpc http://127.0.0.1:8545 --deployer-keystore gov/stake-keystore.json --passphrase-file pass \
  --beacon-delay 5 --yes
cp network.json node-1/
cp pass node-1/passphrase
for i in 2 3 4; do ballast node --folder node-$i & done
echo 'the rehearsal runs'
wait
