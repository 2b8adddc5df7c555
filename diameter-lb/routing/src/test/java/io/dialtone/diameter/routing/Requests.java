package io.dialtone.diameter.routing;

import io.dialtone.diameter.codec.ApplicationId;
import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.CommandCode;
import io.dialtone.diameter.codec.CommandFlags;
import io.dialtone.diameter.codec.DiameterWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes requests for tests: a Credit-Control-Request for the test realm, if nothing else is said. */
final class Requests {
    static final String REALM = "test.realm";

    private final List<Consumer<DiameterWriter>> avps = new ArrayList<>();
    private String session = "cli.test.realm;1;1";
    private String realm = REALM;
    private String host = "";
    private int flags = CommandFlags.REQUEST | CommandFlags.PROXIABLE;
    private int command = CommandCode.CREDIT_CONTROL;
    private int application = ApplicationId.CREDIT_CONTROL;
    private int hopByHopId = 0x1111;
    private int endToEndId = 0x2222;

    static Requests ccr() {
        return new Requests();
    }

    Requests session(final String id) {
        session = id;
        return this;
    }

    /** Empty for none. */
    Requests realm(final String name) {
        realm = name;
        return this;
    }

    Requests host(final String name) {
        host = name;
        return this;
    }

    Requests flags(final int bits) {
        flags = bits;
        return this;
    }

    Requests command(final int code) {
        command = code;
        return this;
    }

    Requests application(final int id) {
        application = id;
        return this;
    }

    Requests ids(final int hopByHop, final int endToEnd) {
        hopByHopId = hopByHop;
        endToEndId = endToEnd;
        return this;
    }

    Requests with(final BaseAvp avp, final String value) {
        return with(writer -> writer.bytes(avp.code(), AvpFlags.MANDATORY, 0, ascii(value)));
    }

    Requests with(final Consumer<DiameterWriter> avp) {
        avps.add(avp);
        return this;
    }

    static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    byte[] bytes() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[1 << 17]);
        final DiameterWriter writer = new DiameterWriter();
        writer.begin(buffer, 0, buffer.capacity(), flags, command, application, hopByHopId, endToEndId);
        put(writer, BaseAvp.SESSION_ID, session);
        put(writer, BaseAvp.ORIGIN_HOST, "cli.test.realm");
        put(writer, BaseAvp.ORIGIN_REALM, REALM);
        put(writer, BaseAvp.DESTINATION_REALM, realm);
        put(writer, BaseAvp.DESTINATION_HOST, host);
        avps.forEach(avp -> avp.accept(writer));
        final byte[] bytes = new byte[writer.end()];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    private static void put(final DiameterWriter writer, final BaseAvp avp, final String value) {
        if (!value.isEmpty()) {
            writer.bytes(avp.code(), AvpFlags.MANDATORY, 0, ascii(value));
        }
    }

    /** An answer to a request, as the host would give it. */
    static byte[] answer(
            final Message request, final String host, final int resultCode, final Consumer<DiameterWriter> more) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[1 << 17]);
        final DiameterWriter writer = new DiameterWriter();
        writer.answer(buffer, 0, buffer.capacity(), request.parsed(), resultCode);
        put(writer, BaseAvp.ORIGIN_HOST, host);
        put(writer, BaseAvp.ORIGIN_REALM, REALM);
        more.accept(writer);
        writer.copyAll(request.parsed(), BaseAvp.PROXY_INFO);
        final byte[] bytes = new byte[writer.end()];
        buffer.getBytes(0, bytes);
        return bytes;
    }
}
