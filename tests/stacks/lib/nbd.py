# SPDX-License-Identifier: GPL-2.0-only
"""Connects /dev/nbd0 to argv[1]:argv[2], again whenever the server has gone.

By netlink, with a time for which the kernel keeps requests while there is no
connection: nbd-client has no option for that, and its -persist does not connect a
device again that is in use. Says "connected" when the device is there; ends, and
disconnects, at the end of its input.
"""

import ctypes
import os
import select
import socket
import struct
import sys
import time

CONNECT, DISCONNECT, RECONFIGURE, LINK_DEAD = 1, 2, 3, 4
INDEX, SIZE, BLOCK_SIZE, TIMEOUT, SERVER_FLAGS, _, SOCKETS, DEAD_CONN = range(1, 9)
KEEP_S = 60  # requests, without a server
NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 1, 4, 2
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 0x10, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_MCAST_GROUPS = 1, 2, 7
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP = 270, 1
OPTION_MAGIC, EXPORT_NAME = 0x49484156454F5054, 1


def receive(server, size):
    data = b""
    while len(data) < size:
        more = server.recv(size - len(data))
        if not more:
            raise ConnectionError("the server is gone")
        data += more
    return data


def connect(address):
    """A socket after the handshake, the size, and the server's flags."""
    server = socket.create_connection(address, timeout=10)
    receive(server, 16)
    (flags,) = struct.unpack(">H", receive(server, 2))
    no_zeroes = flags & 2
    server.sendall(struct.pack(">I", 1 | no_zeroes))
    server.sendall(struct.pack(">QII", OPTION_MAGIC, EXPORT_NAME, 0))
    size, flags = struct.unpack(">QH", receive(server, 10))
    if not no_zeroes:
        receive(server, 124)
    server.settimeout(None)
    return server, size, flags


def attribute(kind, data):
    length = 4 + len(data)
    return struct.pack("=HH", length, kind) + data + bytes(-length % 4)


def attributes(data):
    while data:
        length, kind = struct.unpack_from("=HH", data)
        yield kind & 0x3FFF, data[4:length]
        data = data[(length + 3) & ~3 :]


def number(kind, value, form="=Q"):
    return attribute(kind, struct.pack(form, value))


class Netlink:
    """The kernel's side of NBD."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.socket.bind((0, 0))
        answer = self.call(
            GENL_ID_CTRL,
            CTRL_CMD_GETFAMILY,
            attribute(CTRL_ATTR_FAMILY_NAME, b"nbd\0"),
        )
        found = dict(attributes(answer))
        self.family = struct.unpack("=H", found[CTRL_ATTR_FAMILY_ID])[0]
        for _, group in attributes(found[CTRL_ATTR_MCAST_GROUPS]):
            identity = struct.unpack("=I", dict(attributes(group))[2])[0]
            self.events = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
            self.events.bind((0, 0))
            self.events.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, identity)

    def call(self, family, command, data):
        body = struct.pack("=BBH", command, 1, 0) + data
        head = struct.pack(
            "=IHHII", 16 + len(body), family, NLM_F_REQUEST | NLM_F_ACK, 1, 0
        )
        self.socket.send(head + body)
        answer = b""
        while True:
            message = self.socket.recv(65536)
            while message:
                length, kind = struct.unpack_from("=IH", message)
                if kind == NLMSG_ERROR:
                    (error,) = struct.unpack_from("=i", message, 16)
                    if error:
                        raise OSError(-error, os.strerror(-error))
                    return answer
                answer = message[20:length]
                message = message[(length + 3) & ~3 :]

    def device(self, command, *more):
        self.call(self.family, command, number(INDEX, 0, "=I") + b"".join(more))


def sockets(server):
    item = attribute(1, number(1, server.fileno(), "=I"))
    return attribute(SOCKETS, item)


def connect_again(address, netlink):
    while True:
        try:
            server, _, _ = connect(address)
            netlink.device(RECONFIGURE, sockets(server))
            server.close()
            return
        except OSError:
            time.sleep(0.2)


def main():
    # Its own memory must not have to wait for what it is there to bring back.
    ctypes.CDLL(None).mlockall(3)
    address = (sys.argv[1], int(sys.argv[2]))
    netlink = Netlink()
    server, size, flags = connect(address)
    netlink.device(
        CONNECT,
        number(SIZE, size),
        number(BLOCK_SIZE, 4096),
        number(TIMEOUT, 10),
        number(SERVER_FLAGS, flags),
        sockets(server),
        number(DEAD_CONN, KEEP_S),
    )
    server.close()
    print("connected", flush=True)
    connections = 1
    while True:
        ready, _, _ = select.select([sys.stdin, netlink.events], [], [])
        if sys.stdin in ready:
            break
        message = netlink.events.recv(65536)
        if message[16] == LINK_DEAD:
            connect_again(address, netlink)
            connections += 1
    netlink.device(DISCONNECT)
    print(f"{connections} connections", flush=True)


main()
