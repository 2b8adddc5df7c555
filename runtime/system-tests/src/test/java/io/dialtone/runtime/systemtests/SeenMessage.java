package io.dialtone.runtime.systemtests;

import io.dialtone.diameter.codec.AvpCursor;
import io.dialtone.diameter.codec.BaseAvp;
import io.dialtone.diameter.codec.DiameterLimits;
import io.dialtone.diameter.codec.DiameterMessage;
import io.dialtone.diameter.codec.ParseResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** A message that a {@link DiameterPeer} has received, whole and readable. */
final class SeenMessage {
    private final DiameterMessage message = new DiameterMessage(DiameterLimits.defaults());

    SeenMessage(final byte[] bytes) {
        final ParseResult result = message.parse(new UnsafeBuffer(bytes), 0, bytes.length);
        if (result != ParseResult.COMPLETE) {
            throw new AssertionError(
                    result + " " + message.malformation() + " " + HexFormat.of().formatHex(bytes));
        }
    }

    DiameterMessage message() {
        return message;
    }

    int endToEndId() {
        return message.endToEndId();
    }

    String session() {
        return texts(BaseAvp.SESSION_ID).getFirst();
    }

    long resultCode() {
        return message.unsigned32(BaseAvp.RESULT_CODE);
    }

    /** The values of all such AVPs at top level, as text. */
    List<String> texts(final BaseAvp avp) {
        return values(avp).stream()
                .map(value -> new String(value, StandardCharsets.UTF_8))
                .toList();
    }

    private List<byte[]> values(final BaseAvp avp) {
        final List<byte[]> values = new ArrayList<>();
        final AvpCursor cursor = new AvpCursor();
        message.avps(cursor);
        while (cursor.next()) {
            if (cursor.is(avp.code(), 0)) {
                final byte[] value = new byte[cursor.valueLength()];
                cursor.buffer().getBytes(cursor.valueOffset(), value);
                values.add(value);
            }
        }
        return values;
    }
}
