package io.dialtone.runtime.demo;

import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Tells who answered a call, as far as the answer says: the Server header, else host and port of the Contact. Names are made once for each party.
 * Not thread safe; owned by a {@link CallGenerator}.
 */
final class AnsweringParty {
    private static final byte[] SERVER = SipText.ascii("server");
    private static final int NAME_BYTES_MAX = 80;
    private static final int NAMES_MAX = 1024;
    private static final String UNNAMED = "unnamed";

    private final UnsafeBuffer key = new UnsafeBuffer(0, 0);
    private final Map<UnsafeBuffer, String> names = new HashMap<>();

    String of(final SipMessage answer) {
        final int server = answer.findHeader(SERVER);
        final int header = server >= 0 ? server : answer.firstHeader(HeaderName.CONTACT);
        if (header < 0) {
            return UNNAMED;
        }
        int offset = answer.headerValueOffset(header);
        int length = answer.headerValueLength(header);
        if (server < 0) {
            final int end = offset + length;
            offset = hostStart(answer, offset, end);
            length = hostEnd(answer, offset, end) - offset;
        }
        if (length <= 0 || length > NAME_BYTES_MAX) {
            return UNNAMED;
        }
        key.wrap(answer.buffer(), offset, length);
        final String known = names.get(key);
        if (known != null) {
            return known;
        }
        final byte[] bytes = new byte[length];
        answer.buffer().getBytes(offset, bytes);
        final String name = new String(bytes, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", "?");
        if (names.size() < NAMES_MAX) {
            names.put(new UnsafeBuffer(bytes), name);
        }
        return name;
    }

    private static int hostStart(final SipMessage answer, final int offset, final int end) {
        int start = offset;
        for (int i = offset; i < end && answer.buffer().getByte(i) != '>'; i++) {
            final byte octet = answer.buffer().getByte(i);
            if (octet == '@' || (octet == ':' && start == offset)) {
                start = i + 1;
            }
        }
        return start;
    }

    private static int hostEnd(final SipMessage answer, final int offset, final int end) {
        for (int i = offset; i < end; i++) {
            final byte octet = answer.buffer().getByte(i);
            if (octet == '>' || octet == ';' || octet == '?' || octet == ',') {
                return i;
            }
        }
        return end;
    }
}
