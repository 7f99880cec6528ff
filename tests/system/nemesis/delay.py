#!/usr/bin/env python3
"""delay.py MS JITTER ADDRESS: delays what a node sends to other nodes, where the kernel has no netem.

Runs in the node's network namespace. What the node sends to the subnet goes into a tun device of ours, waits, and leaves by
eth0. Ends with its standard input; its device and routes go with it.
"""
import fcntl
import heapq
import itertools
import os
import random
import select
import socket
import struct
import subprocess
import sys
import time

import links

TUNSETIFF = 0x400454ca
IFF_TUN, IFF_NO_PI = 1, 0x1000
ETH_P_IP = 0x0800
MAX_HELD = 20_000  # packets; a full queue drops, as everywhere
MTU = 65536


def open_device():
    device = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack('16sH', b'delay0', IFF_TUN | IFF_NO_PI))
    return device


def main():
    delay, jitter, address = float(sys.argv[1]) / 1000, float(sys.argv[2]) / 1000, sys.argv[3]
    device = open_device()
    out = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
    subprocess.run(['ip', 'link', 'set', 'delay0', 'up'], check=True)
    # The lower half of the subnet: the nodes, and not the hub with the clients.
    subprocess.run(['ip', 'route', 'replace', f'{links.SUBNET}.0/25', 'dev', 'delay0', 'src', address], check=True)
    print('ready', flush=True)
    held, order = [], itertools.count()
    while True:
        wait = max(0.0, held[0][0] - time.monotonic()) if held else None
        readable, _, _ = select.select([device, sys.stdin], [], [], wait)
        if sys.stdin in readable:
            return
        if device in readable:
            packet = os.read(device, MTU)
            if packet[0] >> 4 == 4 and len(held) < MAX_HELD:
                due = time.monotonic() + max(0.0, random.uniform(delay - jitter, delay + jitter))
                heapq.heappush(held, (due, next(order), packet))
        now = time.monotonic()
        while held and held[0][0] <= now:
            packet = heapq.heappop(held)[2]
            target = bytes.fromhex(links.mac(packet[19]).replace(':', ''))
            try:
                out.sendto(packet, ('eth0', ETH_P_IP, 0, 0, target))
            except OSError:
                pass  # lost, as packets are


if __name__ == '__main__':
    main()
