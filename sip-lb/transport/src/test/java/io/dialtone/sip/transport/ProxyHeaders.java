package io.dialtone.sip.transport;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Headers of the PROXY protocol as proxies write them. */
final class ProxyHeaders {
    private static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";

    private ProxyHeaders() {}

    static String line(final String source, final int port) {
        final String family = source.indexOf(':') >= 0 ? "TCP6 " : "TCP4 ";
        final String destination = source.indexOf(':') >= 0 ? "2001:db8::2" : "198.51.100.2";
        return "PROXY " + family + source + " " + destination + " " + port + " 5060\r\n";
    }

    static byte[] bytes(final String source, final int port) {
        return bytes(new InetSocketAddress(InetAddress.ofLiteral(source), port), new byte[0]);
    }

    /** With whatever comes behind the addresses. */
    static byte[] bytes(final InetSocketAddress source, final byte[] more) {
        final byte[] address = source.getAddress().getAddress();
        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(address);
        body.writeBytes(address);
        putShort(body, source.getPort());
        putShort(body, 5060);
        body.writeBytes(more);
        return bytes(0x21, address.length == 4 ? 0x11 : 0x21, body.toByteArray());
    }

    static byte[] bytes(final int command, final int family, final byte[] body) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(SIGNATURE.getBytes(StandardCharsets.ISO_8859_1));
        out.write(command);
        out.write(family);
        putShort(out, body.length);
        out.writeBytes(body);
        return out.toByteArray();
    }

    private static void putShort(final ByteArrayOutputStream out, final int value) {
        out.write(value >>> 8);
        out.write(value);
    }
}
