package io.dialtone.runtime.sip;

import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.ViaTransport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Doors as text, for a handler's state: {@code MEMBER.THREAD.TRANSPORT.LISTENER.ADDRESS.PORT}, the address as 32 hexadecimal digits; then, if the connection has one, its registration. Any thread. */
final class FlowTexts {
    private static final Pattern FORM = Pattern.compile(
            "(\\d{1,5})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,5})\\.([0-9a-f]{16})([0-9a-f]{16})\\.(\\d{1,5})(?:\\.([0-9a-f]{16}))?");
    private static final int HEX = 16;

    private FlowTexts() {}

    static String write(final ReplyPort port) {
        return write(port, port.registration());
    }

    static String write(final ReplyPort port, final long registration) {
        return port.member() + "." + port.thread() + "." + port.transport() + "." + port.listener() + "."
                + String.format("%016x%016x", port.remoteHigh(), port.remoteLow()) + "." + port.remotePort()
                + (registration == 0 ? "" : String.format(".%016x", registration));
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException when it is nothing of that kind
     */
    static void read(final String text, final ReplyPort port) {
        final Matcher parts = FORM.matcher(text);
        if (!parts.matches() || ViaTransport.of(Integer.parseInt(parts.group(3))) == null) {
            throw new IllegalArgumentException(
                    "flow: \"" + text + "\" (expected: what SipRequest.flow() said, word for word)");
        }
        port.edge(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)))
                .listener(Integer.parseInt(parts.group(3)), Integer.parseInt(parts.group(4)))
                .remote(
                        Long.parseUnsignedLong(parts.group(5), HEX),
                        Long.parseUnsignedLong(parts.group(6), HEX),
                        Integer.parseInt(parts.group(7)))
                .registration(parts.group(8) == null ? 0 : Long.parseUnsignedLong(parts.group(8), HEX));
    }
}
