package io.dialtone.sip.dns;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A DNS server of the tests' own on loopback, by UDP and TCP, which says whatever it was told to, right or wrong. */
final class TestDnsServer implements AutoCloseable {
    static final int A = 1;
    static final int CNAME = 5;
    static final int SOA = 6;
    static final int AAAA = 28;
    static final int SRV = 33;
    static final int NAPTR = 35;

    private static final int HEADER_BYTES = 12;
    private static final int RESPONSE = 0x8180;
    private static final int TRUNCATED = 0x0200;

    /** What is said to a question. */
    static final class Reply {
        private final ByteArrayOutputStream records = new ByteArrayOutputStream();
        private final ByteArrayOutputStream authority = new ByteArrayOutputStream();
        private int count;
        private int authorities;
        private int code;
        private boolean isSilent;
        private boolean isTruncated;

        Reply code(final int responseCode) {
            code = responseCode;
            return this;
        }

        Reply silent() {
            isSilent = true;
            return this;
        }

        /** Says by UDP that there is more to be had by TCP. */
        Reply truncated() {
            isTruncated = true;
            return this;
        }

        Reply record(final String name, final int type, final long ttl, final byte[] content) {
            write(records, name, type, ttl, content);
            count++;
            return this;
        }

        Reply soa(final String name, final long ttl, final int minimum) {
            write(authority, name, SOA, ttl, bytes(out -> {
                writeName(out, "ns." + name);
                writeName(out, "admin." + name);
                out.writeInt(1);
                out.writeInt(2);
                out.writeInt(3);
                out.writeInt(4);
                out.writeInt(minimum);
            }));
            authorities++;
            return this;
        }

        private static void write(
                final ByteArrayOutputStream to,
                final String name,
                final int type,
                final long ttl,
                final byte[] content) {
            to.writeBytes(bytes(out -> {
                writeName(out, name);
                out.writeShort(type);
                out.writeShort(1);
                out.writeInt((int) ttl);
                out.writeShort(content.length);
                out.write(content);
            }));
        }
    }

    @FunctionalInterface
    interface Writing {
        void to(DataOutputStream out) throws IOException;
    }

    private final Map<String, Reply> replies = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final DatagramSocket socket;
    private final ServerSocket acceptor;

    TestDnsServer() {
        try {
            acceptor = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
            socket = new DatagramSocket(acceptor.getLocalPort(), InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().start(this::serveDatagrams);
        Thread.ofPlatform().daemon().start(this::serveConnections);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }

    int asked() {
        return asked.get();
    }

    /** What is to be said from now on; to what is not said here it says that there is no such name. */
    Reply on(final String name, final int type) {
        final Reply reply = new Reply();
        replies.put(name + "/" + type, reply);
        return reply;
    }

    static byte[] ipv4(final int... parts) {
        return bytes(out -> {
            for (final int part : parts) {
                out.writeByte(part);
            }
        });
    }

    static byte[] name(final String name) {
        return bytes(out -> writeName(out, name));
    }

    static byte[] service(final int priority, final int weight, final int port, final String target) {
        return bytes(out -> {
            out.writeShort(priority);
            out.writeShort(weight);
            out.writeShort(port);
            writeName(out, target);
        });
    }

    static byte[] naming(
            final int order, final int preference, final String flags, final String service, final String to) {
        return bytes(out -> {
            out.writeShort(order);
            out.writeShort(preference);
            for (final String text : new String[] {flags, service, ""}) {
                out.writeByte(text.length());
                out.writeBytes(text);
            }
            writeName(out, to);
        });
    }

    static byte[] bytes(final Writing writing) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            writing.to(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void writeName(final DataOutputStream out, final String name) throws IOException {
        for (final String label : name.split("\\.", -1)) {
            out.writeByte(label.length());
            out.writeBytes(label);
        }
        out.writeByte(0);
    }

    private void serveDatagrams() {
        final byte[] buffer = new byte[4_096];
        while (!socket.isClosed()) {
            try {
                final DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                final byte[] response = answer(buffer, packet.getLength(), false);
                if (response.length > 0) {
                    socket.send(new DatagramPacket(response, response.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serveConnections() {
        while (!acceptor.isClosed()) {
            try (Socket connection = acceptor.accept()) {
                final byte[] length = connection.getInputStream().readNBytes(2);
                final byte[] question =
                        connection.getInputStream().readNBytes((length[0] & 0xFF) << 8 | (length[1] & 0xFF));
                final byte[] response = answer(question, question.length, true);
                final DataOutputStream out = new DataOutputStream(connection.getOutputStream());
                out.writeShort(response.length);
                out.write(response);
                out.flush();
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private byte[] answer(final byte[] question, final int length, final boolean isStream) {
        asked.incrementAndGet();
        final StringBuilder name = new StringBuilder();
        int at = HEADER_BYTES;
        while (at < length && question[at] != 0) {
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(question, at + 1, question[at], StandardCharsets.US_ASCII));
            at += 1 + question[at];
        }
        final int end = at + 5;
        final int type = (question[at + 1] & 0xFF) << 8 | (question[at + 2] & 0xFF);
        final Reply reply = replies.getOrDefault(name + "/" + type, new Reply().code(3));
        if (reply.isSilent) {
            return new byte[0];
        }
        final boolean isCut = reply.isTruncated && !isStream;
        return bytes(out -> {
            out.write(question, 0, 2);
            out.writeShort(RESPONSE | reply.code | (isCut ? TRUNCATED : 0));
            out.writeShort(1);
            out.writeShort(isCut ? 0 : reply.count);
            out.writeShort(isCut ? 0 : reply.authorities);
            out.writeShort(0);
            out.write(question, HEADER_BYTES, end - HEADER_BYTES);
            if (!isCut) {
                out.write(reply.records.toByteArray());
                out.write(reply.authority.toByteArray());
            }
        });
    }

    @Override
    public void close() throws IOException {
        socket.close();
        acceptor.close();
    }
}
