package io.dialtone.diameter.peer;

import io.dialtone.diameter.codec.ApplicationId;
import io.dialtone.diameter.codec.AvpCursor;
import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.CommandCode;
import io.dialtone.diameter.codec.CommandFlags;
import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.DiameterWriter;
import io.dialtone.diameter.codec.ResultCode;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/** What a peer says to us, as bytes that are parsed like any others. */
final class Words {
    static final int CREDIT_CONTROL = 272;
    private static final int M = AvpFlags.MANDATORY;

    private Words() {}

    static DiameterMessage message(
            final int flags,
            final int commandCode,
            final int applicationId,
            final int hopByHopId,
            final Consumer<DiameterWriter> avps) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[65_536]);
        final DiameterWriter writer = new DiameterWriter();
        writer.begin(buffer, 0, buffer.capacity(), flags, commandCode, applicationId, hopByHopId, 77);
        avps.accept(writer);
        return parse(buffer, writer.end());
    }

    /** Well formed or not. */
    static DiameterMessage parse(final UnsafeBuffer buffer, final int length) {
        final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());
        message.parse(buffer, 0, length);
        return message;
    }

    static void text(final DiameterWriter writer, final BaseAvp avp, final String value) {
        writer.bytes(avp.code(), M, 0, value.getBytes(StandardCharsets.US_ASCII));
    }

    static void number(final DiameterWriter writer, final BaseAvp avp, final long value) {
        writer.unsigned32(avp.code(), M, 0, value);
    }

    static void origin(final DiameterWriter writer, final String host) {
        text(writer, BaseAvp.ORIGIN_HOST, host);
        text(writer, BaseAvp.ORIGIN_REALM, host.substring(host.indexOf('.') + 1));
    }

    /** All that must be in a CER but its origin and applications. */
    static void product(final DiameterWriter writer) {
        writer.address(BaseAvp.HOST_IP_ADDRESS.code(), M, 0, InetAddress.ofLiteral("192.0.2.1"));
        number(writer, BaseAvp.VENDOR_ID, 10415);
        writer.bytes(BaseAvp.PRODUCT_NAME.code(), 0, 0, "Scripted".getBytes(StandardCharsets.US_ASCII));
    }

    static DiameterMessage cer(final Consumer<DiameterWriter> avps) {
        return message(CommandFlags.REQUEST, CommandCode.CAPABILITIES_EXCHANGE, 0, 4711, avps);
    }

    static DiameterMessage cer(final String host) {
        return cer(host, ApplicationId.RELAY);
    }

    static DiameterMessage cer(final String host, final int applicationId) {
        return cer(writer -> {
            origin(writer, host);
            product(writer);
            number(writer, BaseAvp.AUTH_APPLICATION_ID, applicationId);
        });
    }

    /** A CER whose sender began its life at this Origin-State-Id. */
    static DiameterMessage cerOfLife(final String host, final long originStateId) {
        return cer(writer -> {
            origin(writer, host);
            product(writer);
            number(writer, BaseAvp.ORIGIN_STATE_ID, originStateId);
            number(writer, BaseAvp.AUTH_APPLICATION_ID, ApplicationId.RELAY);
        });
    }

    static DiameterMessage cea(final DiameterMessage cer, final int resultCode, final Consumer<DiameterWriter> avps) {
        return message(
                ResultCode.isProtocolError(resultCode) ? CommandFlags.ERROR : 0,
                CommandCode.CAPABILITIES_EXCHANGE,
                0,
                cer.hopByHopId(),
                writer -> {
                    number(writer, BaseAvp.RESULT_CODE, resultCode);
                    avps.accept(writer);
                });
    }

    static DiameterMessage cea(final DiameterMessage cer, final String host) {
        return cea(cer, ResultCode.SUCCESS, writer -> {
            origin(writer, host);
            product(writer);
            number(writer, BaseAvp.AUTH_APPLICATION_ID, ApplicationId.RELAY);
        });
    }

    static DiameterMessage dwr(final String host) {
        return message(CommandFlags.REQUEST, CommandCode.DEVICE_WATCHDOG, 0, 815, writer -> origin(writer, host));
    }

    static DiameterMessage dwr(final String host, final long originStateId) {
        return message(CommandFlags.REQUEST, CommandCode.DEVICE_WATCHDOG, 0, 815, writer -> {
            origin(writer, host);
            number(writer, BaseAvp.ORIGIN_STATE_ID, originStateId);
        });
    }

    /** The answer to a DWR or DPR. */
    static DiameterMessage answer(final DiameterMessage request, final String host) {
        return message(0, request.commandCode(), 0, request.hopByHopId(), writer -> {
            number(writer, BaseAvp.RESULT_CODE, ResultCode.SUCCESS);
            origin(writer, host);
        });
    }

    static DiameterMessage dpr(final String host, final int cause) {
        return message(CommandFlags.REQUEST, CommandCode.DISCONNECT_PEER, 0, 816, writer -> {
            origin(writer, host);
            number(writer, BaseAvp.DISCONNECT_CAUSE, cause);
        });
    }

    /** A credit control request, which is none of this room's business. */
    static DiameterMessage ccr(final String host) {
        return message(CommandFlags.REQUEST | CommandFlags.PROXIABLE, CREDIT_CONTROL, 4, 817, writer -> {
            text(writer, BaseAvp.SESSION_ID, host + ";1;1");
            origin(writer, host);
        });
    }

    static DiameterMessage cca(final String host) {
        return message(CommandFlags.PROXIABLE, CREDIT_CONTROL, 4, 818, writer -> {
            text(writer, BaseAvp.SESSION_ID, host + ";1;1");
            number(writer, BaseAvp.RESULT_CODE, ResultCode.SUCCESS);
            origin(writer, host);
        });
    }

    static long resultCode(final DiameterMessage answer) {
        return answer.unsigned32(BaseAvp.RESULT_CODE);
    }

    /** AVP codes within the Failed-AVP, with their lengths. */
    static String failed(final DiameterMessage answer) {
        final AvpCursor cursor = new AvpCursor();
        final AvpCursor members = new AvpCursor();
        final StringBuilder result = new StringBuilder();
        answer.avps(cursor);
        while (cursor.next()) {
            if (cursor.is(BaseAvp.FAILED_AVP.code(), 0) && cursor.enter(members)) {
                while (members.next()) {
                    result.append(result.isEmpty() ? "" : " ")
                            .append(members.code())
                            .append('/')
                            .append(members.avpLength());
                }
            }
        }
        return result.toString();
    }

    static String text(final DiameterMessage message, final BaseAvp avp) {
        final byte[] bytes = new byte[message.valueLength(avp)];
        if (bytes.length > 0) {
            message.buffer().getBytes(message.valueOffset(avp), bytes);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
