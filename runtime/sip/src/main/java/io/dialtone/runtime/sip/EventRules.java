package io.dialtone.runtime.sip;

import io.dialtone.api.EventPackage;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The event packages of a service, and what a SUBSCRIBE must be to be shown to it (RFC 6665 section 4.2.1). Decides only; the caller answers. Called only by the owning worker.
 */
final class EventRules {
    /** A longer {@code id} is nobody's; it stays in memory as long as its subscription. */
    private static final int ID_CHARACTERS_MAX = 128;

    private static final int BAD_EVENT = 489;
    private static final int INTERVAL_TOO_BRIEF = 423;

    private final List<EventPackage> packages;
    private final String allowEvents;
    /** What the service may subscribe to. */
    private final Set<String> watched;
    /** True if the handler looks at NOTIFYs itself. */
    private final boolean takesNotify;

    private String event = "";
    private String id = "";
    private int grantedSeconds;

    EventRules(
            final Set<EventPackage> packages, final Set<String> watched, final Set<io.dialtone.api.SipMethod> methods) {
        this.watched = Set.copyOf(watched);
        takesNotify = methods.contains(io.dialtone.api.SipMethod.NOTIFY);
        this.packages = packages.stream()
                .sorted(Comparator.comparing(EventPackage::name))
                .toList();
        allowEvents = packages.isEmpty()
                ? ""
                : this.packages.stream()
                        .map(EventPackage::name)
                        .collect(Collectors.joining(", ", "Allow-Events: ", "\r\n"));
    }

    /** False for a service that tells nobody. */
    boolean isOn() {
        return !packages.isEmpty();
    }

    /** True for a NOTIFY of no subscription of ours to a service that knows of events: 481 tells its sender that there is none (RFC 6665 section 4.1.3). */
    boolean isUnsolicited(final SipMethod method) {
        return (isOn() || !watched.isEmpty()) && !takesNotify && method == SipMethod.NOTIFY;
    }

    /** True for a package that the service may subscribe to. */
    boolean watches(final String itsEvent) {
        return watched.contains(itsEvent);
    }

    /** The header line that lists the packages; empty if there are none. */
    String allowEvents() {
        return allowEvents;
    }

    /** These methods, and those of subscriptions. */
    Set<io.dialtone.api.SipMethod> methodsAnd(final Set<io.dialtone.api.SipMethod> methods) {
        final Set<io.dialtone.api.SipMethod> all = EnumSet.noneOf(io.dialtone.api.SipMethod.class);
        all.addAll(methods);
        if (isOn()) {
            all.add(io.dialtone.api.SipMethod.SUBSCRIBE);
        }
        if (!watched.isEmpty()) {
            all.add(io.dialtone.api.SipMethod.NOTIFY);
        }
        return all;
    }

    /**
     * Says what to answer instead of showing a SUBSCRIBE to the handler, and else keeps in mind what it wants.
     *
     * @param extra gets the header lines that go with the answer
     * @return the status, or {@link RequestChecks#FINE}
     */
    int check(final SipMessage request, final AsciiWriter extra) {
        if (!isOn() || request.method() != SipMethod.SUBSCRIBE) {
            return RequestChecks.FINE;
        }
        if (!readEvent(request)) {
            return 400;
        }
        final EventPackage wanted = find();
        if (wanted == null) {
            extra.put(allowEvents);
            return BAD_EVENT;
        }
        if (request.firstHeader(HeaderName.EXPIRES) < 0) {
            grantedSeconds = (int) wanted.usual().toSeconds();
            return RequestChecks.FINE;
        }
        final int seconds = SessionInterval.writtenSeconds(request, HeaderName.EXPIRES);
        final int shortest = (int) wanted.shortest().toSeconds();
        if (seconds > 0 && seconds < shortest) {
            extra.put(HeaderName.MIN_EXPIRES).put(": ").putNumber(shortest).putLineEnd();
            return INTERVAL_TOO_BRIEF;
        }
        grantedSeconds = Math.min(seconds, (int) wanted.longest().toSeconds());
        return RequestChecks.FINE;
    }

    /** Reads Event, which is empty if it is not there; false if it is there twice, or its id is none. */
    boolean readEvent(final SipMessage request) {
        event = "";
        id = "";
        final int header = request.firstHeader(HeaderName.EVENT);
        return header < 0 || (request.nextHeader(header) < 0 && read(request, header));
    }

    /** The package that the message looked at last names. */
    String event() {
        return event;
    }

    /** Its id, or nothing. */
    String id() {
        return id;
    }

    /** For how long it gets it. */
    int grantedSeconds() {
        return grantedSeconds;
    }

    private @Nullable EventPackage find() {
        for (final EventPackage one : packages) {
            if (one.name().equals(event)) { // byte by byte (section 8.2.1)
                return one;
            }
        }
        return null;
    }

    /** Takes the header apart, whose grammar was looked at before; false if its id is longer than it may be, or said twice. */
    private boolean read(final SipMessage request, final int header) {
        final String value = RequestView.value(request, header);
        event = "";
        id = "";
        boolean isName = true;
        boolean isQuoted = false;
        int from = 0;
        for (int at = 0; at <= value.length(); at++) {
            final char c = at == value.length() ? ';' : value.charAt(at);
            if (isQuoted && c == '\\') {
                at++;
            } else if (c == '"') {
                isQuoted = !isQuoted;
            } else if (c == ';' && (!isQuoted || at == value.length())) {
                final String part =
                        value.substring(from, Math.min(at, value.length())).strip();
                if (isName) {
                    event = part;
                    isName = false;
                } else if (!readParam(part)) {
                    return false;
                }
                from = at + 1;
            }
        }
        return true;
    }

    private boolean readParam(final String param) {
        final String[] pair = param.split("=", 2);
        if (pair.length < 2 || !pair[0].strip().equalsIgnoreCase("id")) {
            return true;
        }
        if (!id.isEmpty()) {
            return false;
        }
        id = pair[1].strip();
        return !id.isEmpty() && id.length() <= ID_CHARACTERS_MAX;
    }
}
