package io.dialtone.runtime.sip;

import io.dialtone.placement.table.SlotToken;
import io.dialtone.runtime.engine.ReplyPort;
import io.dialtone.sip.codec.SipMethod;
import io.dialtone.sip.codec.UriView;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.agrona.DirectBuffer;

/**
 * The services of a worker in the order in which a request outside a dialog comes to them, and how what they write says whose it is. Finished before the first message; called only by the owning worker.
 *
 * <p>The first service writes what an only one writes. URIs of the others have a parameter with the service's name, and branches one more character at their end, the service's place.
 */
final class Chain {
    static final int FIRST = 1;

    /** No service. */
    static final int NOBODY = 0;

    private static final byte[] APP = {'a', 'p', 'p'};
    private static final byte[] TOKEN = SlotToken.URI_PARAM.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOTHING = {};

    /** What there is where a service is the only one. */
    static final Chain ALONE = new Chain(List.of(""));

    private final byte[][] names;
    private final byte[][] params;
    private final RequestChecks[] checks;

    /** A chain of services with these names. */
    Chain(final List<String> itsNames) {
        assert itsNames.size() <= ReplyPort.SERVICES_MAX;
        names = new byte[itsNames.size()][];
        params = new byte[itsNames.size()][];
        checks = new RequestChecks[itsNames.size()];
        for (int i = 0; i < names.length; i++) {
            names[i] = itsNames.get(i).getBytes(StandardCharsets.US_ASCII);
            params[i] = i == 0 ? NOTHING : (";app=" + itsNames.get(i)).getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** The service at this place takes what its checks say. */
    void add(final int place, final RequestChecks ofService) {
        checks[place - 1] = ofService;
    }

    int size() {
        return names.length;
    }

    boolean isAlone() {
        return names.length == 1;
    }

    /** What URIs of a service say besides those of the first one. */
    byte[] param(final int place) {
        return params[place - 1];
    }

    /** The first service that takes requests of this method, or the first one if none does. */
    int first(final SipMethod method) {
        final int place = next(NOBODY, method);
        return place == NOBODY ? FIRST : place;
    }

    /** The next service behind this one that takes requests of this method; {@link #NOBODY} if what it sends leaves the chain. */
    int next(final int behind, final SipMethod method) {
        for (int i = behind; i < checks.length; i++) {
            if (checks[i].takes(method)) {
                return i + 1;
            }
        }
        return NOBODY;
    }

    /** The service that a URI of ours names; {@link #NOBODY} if there is none of that name. */
    int placeOf(final DirectBuffer buffer, final UriView uri) {
        if (!uri.findParam(APP)) {
            return FIRST;
        }
        final int length = Math.max(0, uri.paramValueLength());
        for (int i = 1; i < names.length; i++) {
            if (names[i].length == length && isAt(buffer, uri.paramValueOffset(), names[i])) {
                return i + 1;
            }
        }
        return NOBODY;
    }

    /** True if a URI has a token of ours for this slot. */
    static boolean isOurs(final SlotToken tokens, final DirectBuffer buffer, final UriView uri, final int slot) {
        return uri.findParam(TOKEN) && tokens.parse(buffer, uri.paramValueOffset(), uri.paramValueLength()) == slot;
    }

    private static boolean isAt(final DirectBuffer buffer, final int offset, final byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (RequestChecks.lower(buffer.getByte(offset + i)) != RequestChecks.lower(name[i])) {
                return false;
            }
        }
        return true;
    }
}
