package io.dialtone.runtime.sip;

import io.dialtone.api.SessionTimers;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a service wants of session timers, and what RFC 4028 makes of that: which interval and which refresher an answer names (section 9), and what a request asks for (section 7). Decides only; called
 * only by the owning worker.
 */
final class IntervalRules {
    private static final int SHORTEST_SECONDS = (int) SessionTimers.SHORTEST.toSeconds();
    private static final byte[] SUPPORTED = ascii("Supported: timer\r\n");
    private static final byte[] REQUIRE = ascii("Require: timer\r\n");
    private static final byte[] SESSION_EXPIRES = ascii("Session-Expires: ");
    private static final byte[] MIN_SE = ascii("Min-SE: ");
    private static final byte[] BY_UAC = ascii(";refresher=uac");
    private static final byte[] BY_UAS = ascii(";refresher=uas");

    private final boolean isOn;
    private final int wantedSeconds;
    private final int minimumSeconds;
    private final boolean prefersUs;
    private final SessionInterval view = new SessionInterval();
    private int seconds;
    private boolean isOurs;

    private IntervalRules(final @Nullable SessionTimers wanted) {
        isOn = wanted != null;
        wantedSeconds = wanted == null ? 0 : (int) wanted.interval().toSeconds();
        minimumSeconds = wanted == null ? 0 : (int) wanted.minimum().toSeconds();
        prefersUs = wanted != null && wanted.refresher() == SessionTimers.Refresher.US;
    }

    static IntervalRules of(final Optional<SessionTimers> wanted) {
        return new IntervalRules(wanted.orElse(null));
    }

    /** False for a service that keeps no calls alive. */
    boolean isOn() {
        return isOn;
    }

    /** These methods, and UPDATE, by which peers refresh. */
    Set<io.dialtone.api.SipMethod> methodsAnd(final Set<io.dialtone.api.SipMethod> methods) {
        if (!isOn) {
            return methods;
        }
        final Set<io.dialtone.api.SipMethod> all = EnumSet.of(io.dialtone.api.SipMethod.UPDATE);
        all.addAll(methods);
        return all;
    }

    /** These option tags, and that of session timers. */
    Set<String> extensionsAnd(final Set<String> extensions) {
        if (!isOn) {
            return extensions;
        }
        final Set<String> all = new HashSet<>(extensions);
        all.add("timer");
        return all;
    }

    /** These headers, and those that we write ourselves. */
    Set<HeaderName> headersAnd(final Set<HeaderName> platformsOwn) {
        if (!isOn) {
            return platformsOwn;
        }
        final Set<HeaderName> all = EnumSet.of(HeaderName.SESSION_EXPIRES, HeaderName.MIN_SE);
        all.addAll(platformsOwn);
        return all;
    }

    /** True if a request negotiates an interval that is too short for us, and its sender can hear so: then Min-SE goes with the 422. */
    boolean refuses(final SipMessage request, final AsciiWriter extra) {
        if (!isOn || (request.method() != SipMethod.INVITE && request.method() != SipMethod.UPDATE)) {
            return false;
        }
        view.wrap(request);
        if (!view.knowsTimers() || view.seconds() == SessionInterval.NONE || view.seconds() >= minimumSeconds) {
            return false;
        }
        extra.put(MIN_SE).putNumber(minimumSeconds).putLineEnd();
        return true;
    }

    // ---- answers

    /** Works out what the 2xx to a request says; {@link #seconds} and {@link #isOurs} tell. */
    void decide(final SipMessage request, final @Nullable RefreshTimer running) {
        view.wrap(request);
        final int most = Math.max(wantedSeconds, view.minimumSeconds());
        seconds = view.seconds() == SessionInterval.NONE
                ? most
                : Math.min(view.seconds(), Math.max(most, SHORTEST_SECONDS));
        isOurs = !view.knowsTimers()
                || switch (view.refresher()) {
                    case UAC -> false;
                    case UAS -> true;
                    case UNSAID -> (running != null && running.isOn()) ? running.isOurs() : prefersUs;
                };
    }

    /** The interval that was decided on. */
    int seconds() {
        return seconds;
    }

    /** True if it was decided that we refresh. */
    boolean isOurs() {
        return isOurs;
    }

    /** Adds to a 2xx what it has to say. */
    void putAnswer(final AsciiWriter out, final SipMessage request, final @Nullable Dialog dialog) {
        if (!isOn || !negotiates(request.method(), dialog)) {
            return;
        }
        decide(request, dialog == null ? null : dialog.refresh);
        out.put(SUPPORTED);
        if (view.knowsTimers()) {
            out.put(REQUIRE);
        }
        out.put(SESSION_EXPIRES)
                .putNumber(seconds)
                .put(isOurs ? BY_UAS : BY_UAC)
                .putLineEnd();
    }

    /** An INVITE does, and an UPDATE in a call that is up. */
    boolean negotiates(final SipMethod method, final @Nullable Dialog dialog) {
        return method == SipMethod.INVITE
                || (method == SipMethod.UPDATE && dialog != null && dialog.state == Dialog.State.CONFIRMED);
    }

    // ---- requests

    /** Adds to an INVITE or UPDATE what it asks for. */
    void putRequest(final AsciiWriter out, final SipMethod method, final @Nullable Dialog dialog) {
        if (!isOn || (method != SipMethod.INVITE && method != SipMethod.UPDATE)) {
            return;
        }
        out.put(SUPPORTED);
        if (!negotiates(method, dialog)) {
            return;
        }
        final RefreshTimer timer = dialog == null ? null : dialog.refresh;
        final int least = Math.max(minimumSeconds, timer == null ? 0 : timer.minimumSeconds());
        if (timer != null && timer.isOn()) {
            out.put(SESSION_EXPIRES)
                    .putNumber(Math.max(timer.seconds(), timer.minimumSeconds()))
                    .put(timer.isOurs() ? BY_UAC : BY_UAS)
                    .putLineEnd();
        } else {
            out.put(SESSION_EXPIRES).putNumber(Math.max(wantedSeconds, least));
            if (prefersUs) {
                out.put(BY_UAC);
            }
            out.putLineEnd();
        }
        if (least > SHORTEST_SECONDS) {
            putMinimum(out, least);
        }
    }

    /** Adds what a request asks for that was refused with 422: the interval that the peer wants at least (section 7.3). */
    static void putRaised(final AsciiWriter out, final int seconds, final SessionInterval.Refresher refresher) {
        out.put(SESSION_EXPIRES).putNumber(seconds);
        switch (refresher) {
            case UAC -> out.put(BY_UAC);
            case UAS -> out.put(BY_UAS);
            case UNSAID -> {}
        }
        out.putLineEnd();
        putMinimum(out, seconds);
    }

    private static void putMinimum(final AsciiWriter out, final int seconds) {
        out.put(MIN_SE).putNumber(seconds).putLineEnd();
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
