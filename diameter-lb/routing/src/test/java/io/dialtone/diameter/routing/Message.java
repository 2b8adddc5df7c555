package io.dialtone.diameter.routing;

import io.dialtone.diameter.codec.AvpCursor;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.ParseResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A message that was caught on its way, with a copy of its bytes. */
final class Message {
    private final byte[] bytes;
    private final DiameterMessage parsed = new DiameterMessage(new DiameterLimits(1 << 20, 1_000, 8));

    Message(final byte[] bytes) {
        this.bytes = bytes;
        if (parsed.parse(new UnsafeBuffer(bytes), 0, bytes.length) != ParseResult.COMPLETE) {
            throw new AssertionError("not well formed: " + parsed.malformation());
        }
    }

    static Message copyOf(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] copy = new byte[length];
        buffer.getBytes(offset, copy);
        return new Message(copy);
    }

    byte[] bytes() {
        return bytes;
    }

    DiameterMessage parsed() {
        return parsed;
    }

    int hopByHopId() {
        return parsed.hopByHopId();
    }

    int endToEndId() {
        return parsed.endToEndId();
    }

    boolean isRetransmitted() {
        return parsed.isRetransmitted();
    }

    boolean isError() {
        return parsed.isError();
    }

    long resultCode() {
        return parsed.unsigned32(BaseAvp.RESULT_CODE);
    }

    /** Value of the first such AVP; empty if there is none. */
    String text(final BaseAvp avp) {
        final List<String> all = texts(avp);
        return all.isEmpty() ? "" : all.getFirst();
    }

    List<String> texts(final BaseAvp avp) {
        final List<String> texts = new ArrayList<>();
        final AvpCursor cursor = new AvpCursor();
        parsed.avps(cursor);
        while (cursor.next()) {
            if (cursor.is(avp.code(), 0)) {
                final byte[] value = new byte[cursor.valueLength()];
                cursor.buffer().getBytes(cursor.valueOffset(), value);
                texts.add(new String(value, StandardCharsets.ISO_8859_1));
            }
        }
        return texts;
    }

    /** Codes of its AVPs in their order. */
    List<Integer> codes() {
        final List<Integer> codes = new ArrayList<>();
        final AvpCursor cursor = new AvpCursor();
        parsed.avps(cursor);
        while (cursor.next()) {
            codes.add(cursor.code());
        }
        return codes;
    }
}
