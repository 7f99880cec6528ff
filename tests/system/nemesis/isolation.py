"""A corner of the machine of our own: every node gets a network namespace, and all of it goes when the program ends.

The program runs itself again in new mount, network and process-id namespaces. Its network namespace is the hub: one bridge,
from which a pair of veth leads into the namespace of each node. Nothing of it has a name that anybody else could see or
take, and the kernel ends every process, namespace and mount of it when the program ends, however it ends.
"""
import os
import shutil
import subprocess
import sys

INSIDE = 'SYMBOLON_NEMESIS_INSIDE'
TOOLS = ('unshare', 'nsenter', 'ip', 'nft', 'tc', 'mount')

_PROBE = '''
mount --make-rprivate / &&
ip link add hub0 type bridge && ip link add end0 type veth peer name end1 && ip link set end0 master hub0 &&
nft add table inet probe && nft add chain inet probe input "{ type filter hook input priority 0; }" &&
nft add rule inet probe input ip saddr 10.0.0.1 numgen random mod 100 '<' 10 drop
'''


def _unshare():
    as_other = [] if os.geteuid() == 0 else ['--map-root-user']
    return ['unshare', *as_other, '--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc']


def obstacles():
    """Why nodes cannot have namespaces here, as sentences; empty when they can."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        return [f'missing: {", ".join(missing)} (scripts/setup installs them)']
    probe = subprocess.run([*_unshare(), 'sh', '-c', _PROBE], capture_output=True, text=True, check=False)
    if probe.returncode == 0:
        return []
    who = 'root' if os.geteuid() == 0 else 'an ordinary user without user namespaces'
    return [f'as {who}, network namespaces cannot be made or filtered here: {probe.stderr.strip()}']


def is_inside():
    return INSIDE in os.environ


def enter():
    """Runs this program again inside. Does not return."""
    command = [*_unshare(), sys.executable, *sys.argv]
    os.execvpe(command[0], command, {**os.environ, INSIDE: '1'})


def settle():
    """Once inside: what is mounted from here on is nobody else's business."""
    subprocess.run(['mount', '--make-rprivate', '/'], check=True)
