package io.dialtone.benchmarks.calls;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** How messages lie in the bytes of a phone's connection: one after the other (TCP), or each in a frame (WebSocket, RFC 6455, as the client). Knows no single connection. */
enum PhoneWire {
    TCP("TCP") {
        @Override
        ByteBuffer wrap(final String message) {
            return ByteBuffer.wrap(ascii(message));
        }

        @Override
        @Nullable
        String next(final ByteBuffer in) {
            if (in.remaining() >= 2 && in.get(in.position()) == '\r') {
                in.position(in.position() + 2);
                return PONG;
            }
            final String seen = seen(in);
            final int headEnd = seen.indexOf(HEAD_END);
            if (headEnd < 0) {
                return null;
            }
            final String length = new PhoneText(seen.substring(0, headEnd + 4)).header("Content-Length");
            final int bytes = headEnd + 4 + (length == null ? 0 : Integer.parseInt(length));
            if (seen.length() < bytes) {
                return null;
            }
            in.position(in.position() + bytes);
            return seen.substring(0, bytes);
        }

        @Override
        ByteBuffer ping() {
            return ByteBuffer.wrap(ascii(HEAD_END));
        }
    },

    WS("WS") {
        @Override
        String hello(final String host) {
            final byte[] key = new byte[16];
            ThreadLocalRandom.current().nextBytes(key);
            return "GET / HTTP/1.1\r\nHost: " + host
                    + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: http://phones.invalid\r\nSec-WebSocket-Key: "
                    + Base64.getEncoder().encodeToString(key)
                    + "\r\nSec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n";
        }

        @Override
        ByteBuffer wrap(final String message) {
            return frame(TEXT, ascii(message));
        }

        @Override
        @Nullable
        String next(final ByteBuffer in) {
            if (in.remaining() < 2) {
                return null;
            }
            final int begin = in.position();
            final int code = in.get() & 0x0F;
            int length = in.get() & 0x7F;
            if (length == LENGTH_OF_16_BITS) {
                if (in.remaining() < 2) {
                    in.position(begin);
                    return null;
                }
                length = in.getShort() & 0xFFFF;
            }
            if (in.remaining() < length) {
                in.position(begin);
                return null;
            }
            final byte[] payload = new byte[length];
            in.get(payload);
            return switch (code) {
                case PING_CODE -> PING;
                case PONG_CODE -> PONG;
                case CLOSE -> "";
                default -> new String(payload, StandardCharsets.ISO_8859_1);
            };
        }

        @Override
        ByteBuffer ping() {
            return frame(PING_CODE, new byte[0]);
        }

        @Override
        ByteBuffer pong() {
            return frame(PONG_CODE, new byte[0]);
        }
    };

    /** What stands for the answer to our ping. */
    static final String PONG = "\r\n";

    /** What stands for a ping of the edge. */
    static final String PING = "\r\n\r\n";

    static final String HEAD_END = "\r\n\r\n";

    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING_CODE = 9;
    private static final int PONG_CODE = 10;
    private static final int LENGTH_OF_16_BITS = 126;

    private final String via;

    PhoneWire(final String via) {
        this.via = via;
    }

    /** Its name in Via. */
    String via() {
        return via;
    }

    /** What is to be said before the first message, and answered with a head of HTTP; null if nothing is. */
    @Nullable
    String hello(final String host) {
        return null;
    }

    abstract ByteBuffer wrap(String message);

    /** Takes the next message, PONG or PING from the bytes; "" says that the edge takes its leave, null that there is not yet a whole one. */
    abstract @Nullable String next(ByteBuffer in);

    abstract ByteBuffer ping();

    ByteBuffer pong() {
        return ByteBuffer.wrap(ascii(PONG));
    }

    /** What has come and is not yet taken. */
    static String seen(final ByteBuffer in) {
        final byte[] bytes = new byte[in.remaining()];
        in.get(in.position(), bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A client's frames are masked (RFC 6455 section 5.3). */
    private static ByteBuffer frame(final int code, final byte[] payload) {
        final byte[] masked = Arrays.copyOf(payload, payload.length);
        final int key = ThreadLocalRandom.current().nextInt();
        for (int i = 0; i < masked.length; i++) {
            masked[i] ^= (byte) (key >>> (24 - 8 * (i % 4)));
        }
        final ByteBuffer frame = ByteBuffer.allocate(payload.length + 8);
        frame.put((byte) (0x80 | code));
        if (payload.length < LENGTH_OF_16_BITS) {
            frame.put((byte) (0x80 | payload.length));
        } else {
            frame.put((byte) (0x80 | LENGTH_OF_16_BITS)).putShort((short) payload.length);
        }
        return frame.putInt(key).put(masked).flip();
    }
}
