package io.dialtone.diameter.peer;

import io.dialtone.diameter.codec.AvpFlags;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.CommandCode;
import io.dialtone.diameter.codec.CommandFlags;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.DiameterWriter;
import io.dialtone.diameter.codec.ResultCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes the messages that we send ourselves, one at a time, into memory of its own: capabilities, watchdogs, disconnects, refusals. Each method returns the length.
 * Watchdogs and refusals do not allocate. Called only by the thread of its {@link PeerDoor}.
 */
final class BaseMessages {
    /** Hop-by-Hop Identifiers of ours are above this, unsigned; an agent that stays below it never has the same on one connection. */
    static final int HOP_BY_HOP_BASE = 0xFF00_0000;

    private static final int HOP_BY_HOP_MASK = 0x00FF_FFFF;

    /** Enough for a CEA with all that {@link LocalPeer} can hold, and a Failed-AVP of what fits beside it. */
    private static final int BYTES = 16_384;

    /** Enough for any refusal; a longer Failed-AVP is left out. */
    private static final int COMPLAINT_LENGTH_MAX = 128;

    private static final int BASE = 0;

    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(BYTES));
    private final DiameterWriter writer = new DiameterWriter();
    private final byte[] originHost;
    private final byte[] originRealm;
    private final long originStateId;
    private int hopByHopId;
    private int endToEndId;

    BaseMessages(final LocalPeer local, final Jitter jitter) {
        this.originHost = local.identity().host().getBytes(StandardCharsets.US_ASCII);
        this.originRealm = local.identity().realm().getBytes(StandardCharsets.US_ASCII);
        this.originStateId = local.originStateId();
        this.hopByHopId = (int) jitter.next();
        this.endToEndId = (int) jitter.next();
    }

    /** Where they are written, from 0 on. */
    DirectBuffer buffer() {
        return buffer;
    }

    /** Hop-by-Hop Identifier of the request that was written last. */
    int lastHopByHopId() {
        return HOP_BY_HOP_BASE | (hopByHopId & HOP_BY_HOP_MASK);
    }

    private void request(final int commandCode) {
        hopByHopId++;
        endToEndId++;
        writer.begin(buffer, 0, BYTES, CommandFlags.REQUEST, commandCode, BASE, lastHopByHopId(), endToEndId);
        origin();
    }

    private void answer(final int commandCode, final int hopByHop, final int endToEnd, final int resultCode) {
        writer.begin(
                buffer,
                0,
                BYTES,
                ResultCode.isProtocolError(resultCode) ? CommandFlags.ERROR : 0,
                commandCode,
                BASE,
                hopByHop,
                endToEnd);
        writer.unsigned32(BaseAvp.RESULT_CODE.code(), AvpFlags.MANDATORY, 0, resultCode);
        origin();
    }

    private void origin() {
        writer.bytes(BaseAvp.ORIGIN_HOST.code(), AvpFlags.MANDATORY, 0, originHost);
        writer.bytes(BaseAvp.ORIGIN_REALM.code(), AvpFlags.MANDATORY, 0, originRealm);
    }

    private void originState() {
        writer.unsigned32(BaseAvp.ORIGIN_STATE_ID.code(), AvpFlags.MANDATORY, 0, originStateId);
    }

    int cer(final CapabilitiesExchange exchange, final boolean offersTls) {
        request(CommandCode.CAPABILITIES_EXCHANGE);
        exchange.write(writer, offersTls);
        return writer.end();
    }

    int cea(final CapabilitiesExchange exchange, final boolean offersTls, final int hopByHop, final int endToEnd) {
        answer(CommandCode.CAPABILITIES_EXCHANGE, hopByHop, endToEnd, ResultCode.SUCCESS);
        exchange.write(writer, offersTls);
        return writer.end();
    }

    /** A CEA that refuses, with what the exchange has found. */
    int refusal(
            final CapabilitiesExchange exchange,
            final DiameterMessage request,
            final int resultCode,
            final String why) {
        answer(CommandCode.CAPABILITIES_EXCHANGE, request.hopByHopId(), request.endToEndId(), resultCode);
        exchange.write(writer, false);
        writer.text(BaseAvp.ERROR_MESSAGE.code(), 0, 0, why.substring(0, Math.min(why.length(), COMPLAINT_LENGTH_MAX)));
        exchange.writeFailed(writer);
        return writer.isTooLong() ? refusal(request, resultCode) : writer.end();
    }

    /** The shortest answer there is, for whatever it was. */
    int refusal(final DiameterMessage request, final int resultCode) {
        writer.answer(buffer, 0, BYTES, request, resultCode);
        origin();
        writer.copyAll(request, BaseAvp.PROXY_INFO);
        if (writer.isTooLong()) {
            // Session-Id and Proxy-Info may fill it; who sends such a thing gets an answer without.
            answer(request.commandCode(), request.hopByHopId(), request.endToEndId(), resultCode);
        }
        return writer.end();
    }

    /** The answer to what could not be read. */
    int malformed(final DiameterMessage request) {
        final int resultCode = request.malformation().resultCode();
        writer.answer(buffer, 0, BYTES, request, resultCode);
        origin();
        writer.failedAvp(request);
        writer.copyAll(request, BaseAvp.PROXY_INFO);
        return writer.isTooLong() ? refusal(request, resultCode) : writer.end();
    }

    int dwr() {
        request(CommandCode.DEVICE_WATCHDOG);
        originState();
        return writer.end();
    }

    int dwa(final DiameterMessage request) {
        answer(CommandCode.DEVICE_WATCHDOG, request.hopByHopId(), request.endToEndId(), ResultCode.SUCCESS);
        originState();
        return writer.end();
    }

    int dpr(final DisconnectCause cause) {
        request(CommandCode.DISCONNECT_PEER);
        writer.unsigned32(BaseAvp.DISCONNECT_CAUSE.code(), AvpFlags.MANDATORY, 0, cause.value());
        return writer.end();
    }

    int dpa(final int hopByHop, final int endToEnd) {
        answer(CommandCode.DISCONNECT_PEER, hopByHop, endToEnd, ResultCode.SUCCESS);
        return writer.end();
    }

    /** An answer that says which AVP a DWR or DPR lacks. */
    int missing(final DiameterMessage request, final BaseAvp avp, final int bytes) {
        answer(request.commandCode(), request.hopByHopId(), request.endToEndId(), ResultCode.MISSING_AVP);
        writer.beginGroup(BaseAvp.FAILED_AVP.code(), AvpFlags.MANDATORY, 0);
        writer.bytes(avp.code(), AvpFlags.MANDATORY, 0, new byte[bytes]);
        writer.endGroup();
        return writer.end();
    }
}
