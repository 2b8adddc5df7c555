package io.dialtone.registrar;

import io.dialtone.api.Session;
import io.dialtone.api.SipReply;
import io.dialtone.api.SipRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A registrar and location service for a service that is keyed by address of record ({@code affinity: address-of-record}). Immutable, for any thread.
 *
 * <p>One session holds all bindings of a subscriber: as a part of its state, so that they are on a second node before a REGISTER is answered, and with a timer for each,
 * so that they vanish at their time whoever owns the session by then. That a handler's method takes effect as a whole or not at all makes a REGISTER atomic. So nothing of this
 * needs to be inside the platform.
 *
 * <pre>{@code
 * switch (request.method()) {
 *     case REGISTER -> session.update(registrar.register(request, session, session.state()));
 *     case INVITE -> { for (Binding binding : registrar.lookup(request.requestUri(), session.state())) ... }
 * }
 * }</pre>
 *
 * <p>The session's timers whose names begin with {@link #TIMER_PREFIX} are the registrar's.
 */
public final class Registrar {
    /** How the names of the registrar's timers begin. */
    public static final String TIMER_PREFIX = "binding-";

    /** The option tags a service with a registrar understands, for {@link io.dialtone.api.SipHandler#extensions}. */
    public static final Set<String> EXTENSIONS = Set.of("path", "outbound", "gruu");

    private static final String SUPPORTED = "path, outbound, gruu";
    private static final String UNESCAPED_IN_PARAMS = "-_.!~*'()[]/:&+$";

    private final RegisterRules rules;

    public Registrar(final RegistrarSettings settings) {
        rules = new RegisterRules(settings);
    }

    /**
     * Answers a REGISTER, and starts and stops the timers of its bindings.
     *
     * @param before the bindings of the session
     * @return the bindings as they are now, for the session's state
     */
    public Bindings register(final SipRequest register, final Session<?> session, final Bindings before) {
        return switch (rules.judge(register, before)) {
            case Verdict.Refused refused -> {
                final SipReply reply = register.reply(refused.status()).reason(refused.reason());
                if (!refused.header().isEmpty()) {
                    reply.header(refused.header(), refused.value());
                }
                reply.send();
                yield before;
            }
            case Verdict.Accepted accepted -> {
                accepted.stopped().forEach(number -> session.cancelTimer(TIMER_PREFIX + number));
                accepted.started()
                        .forEach((number, seconds) ->
                                session.startTimer(TIMER_PREFIX + number, Duration.ofSeconds(seconds)));
                answer(register, session, accepted);
                yield accepted.after();
            }
        };
    }

    /**
     * Takes away the binding whose time is over.
     *
     * @return the bindings as they are now; as they were if the timer is another's
     */
    public Bindings onTimer(final String timer, final Bindings before) {
        return timer.startsWith(TIMER_PREFIX)
                ? new Bindings(before.all().stream()
                        .filter(binding -> !timer.equals(TIMER_PREFIX + binding.number()))
                        .toList())
                : before;
    }

    /**
     * Where a request is to go: the bindings in the order in which they are to be tried, by q and then the youngest first. Those of one phone if the Request-URI is its GRUU
     * (RFC 5627 section 6.1). Those that are {@code sips} if the Request-URI is: to others it must not go (RFC 5630 section 5.3).
     */
    public List<Binding> lookup(final String requestUri, final Bindings bindings) {
        final Optional<SipUri> asked = SipUri.parse(requestUri);
        final Optional<String> instance = asked.flatMap(uri -> uri.param("gr"));
        final boolean isSips = asked.filter(SipUri::isSips).isPresent();
        return bindings.all().reversed().stream()
                .filter(binding -> !isSips
                        || SipUri.parse(binding.uri()).filter(SipUri::isSips).isPresent())
                .filter(binding -> instance.isEmpty() || binding.instance().equalsIgnoreCase(instance.get()))
                .sorted(Comparator.comparingInt(Binding::qThousandths).reversed())
                .toList();
    }

    /** Step 8: all bindings with what is left of their time. */
    private static void answer(final SipRequest register, final Session<?> session, final Verdict.Accepted accepted) {
        final SipReply ok = register.reply(200);
        for (final Binding binding : accepted.after().all()) {
            ok.header("Contact", contact(binding, session, accepted));
        }
        accepted.path().forEach(line -> ok.header("Path", line));
        ok.header("Supported", SUPPORTED);
        if (accepted.isOutbound()) {
            ok.header("Require", "outbound");
        }
        ok.send();
    }

    private static String contact(final Binding binding, final Session<?> session, final Verdict.Accepted accepted) {
        final Duration left = session.timeLeft(TIMER_PREFIX + binding.number()).orElse(Duration.ZERO);
        final StringBuilder contact =
                new StringBuilder("<").append(binding.uri()).append('>');
        if (binding.qThousandths() < Binding.Q_MAX) {
            contact.append(";q=").append(binding.q());
        }
        contact.append(";expires=")
                .append(left.plusNanos(999_999_999).toSeconds())
                .append(binding.params());
        if (accepted.wantsGruu() && !binding.instance().isEmpty()) {
            contact.append(";pub-gruu=\"")
                    .append(gruu(accepted.addressOfRecord(), binding.instance()))
                    .append('"');
        }
        return contact.toString();
    }

    /** The public GRUU of a phone (RFC 5627 section 5.4, appendix A). */
    private static String gruu(final SipUri addressOfRecord, final String instance) {
        final StringBuilder gruu = new StringBuilder(addressOfRecord.bare()).append(";gr=");
        for (final byte b : instance.getBytes(StandardCharsets.UTF_8)) {
            if (b >= 0 && (Character.isLetterOrDigit(b) || UNESCAPED_IN_PARAMS.indexOf(b) >= 0)) {
                gruu.append((char) b);
            } else {
                gruu.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return gruu.toString();
    }
}
