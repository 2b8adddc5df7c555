package io.dialtone.examples;

import io.dialtone.api.DigestCredentials;
import io.dialtone.api.DigestPolicy;
import io.dialtone.api.Proxying;
import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipMethod;
import io.dialtone.api.SipRequest;
import io.dialtone.api.SipResponse;
import io.dialtone.registrar.Binding;
import io.dialtone.registrar.Bindings;
import io.dialtone.registrar.Registrar;
import io.dialtone.registrar.RegistrarSettings;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A registrar with a stateful proxy (RFC 3261 section 16): calls go to all phones of a subscriber, those of the highest q first, and to the voicemail if there is one and nobody answers. Who has
 * no phone here is looked for at the next hop if there is one. Runs with {@code affinity: address-of-record}, so that one session knows all phones of a subscriber.
 */
public final class ProxyService implements SipHandler<Bindings> {
    private static final Map<String, String> PASSWORDS =
            Map.of("alice", "wonderland", "bob", "builder", "carol", "singer", "dave", "jones");
    private static final Duration RING = Duration.ofSeconds(30);

    private final Registrar registrar = new Registrar(RegistrarSettings.of());
    private final DigestPolicy policy = DigestPolicy.of(DigestCredentials.ofPasswords(PASSWORDS), SipMethod.REGISTER);
    private final Optional<String> nextHop;
    private final Optional<String> voicemail;

    /** Without a next hop and without a voicemail. */
    public ProxyService() {
        this(Optional.empty(), Optional.empty());
    }

    /**
     * With a next hop and a voicemail, as far as there are any.
     *
     * @param nextHop host and port
     * @param voicemail host and port
     */
    public ProxyService(final Optional<String> nextHop, final Optional<String> voicemail) {
        this.nextHop = nextHop;
        this.voicemail = voicemail;
    }

    @Override
    public Bindings initialState(final SipRequest request) {
        return Bindings.NONE;
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Bindings> session) {
        if (request.method() == SipMethod.REGISTER) {
            session.update(registrar.register(request, session, session.state()));
            return;
        }
        final List<Binding> bindings = registrar.lookup(request.requestUri(), session.state());
        if (!bindings.isEmpty()) {
            toPhones(request, bindings);
        } else if (nextHop.isPresent()) {
            request.proxy()
                    .to(uri(request.requestUriUser(), nextHop.get()))
                    .recordRoute()
                    .start();
        } else {
            request.reply(480).send();
        }
    }

    /** Phones of the same q ring together. */
    private static void toPhones(final SipRequest request, final List<Binding> bindings) {
        final Proxying proxying = request.proxy().recordRoute();
        int q = bindings.getFirst().qThousandths();
        for (final Binding binding : bindings) {
            if (binding.qThousandths() == q) {
                proxying.to(binding.uri());
            } else {
                proxying.thenTo(binding.uri());
            }
            q = binding.qThousandths();
            proxying.ringFor(RING);
            if (binding.path().isEmpty()) {
                proxying.flow(binding.flow());
            } else {
                binding.path()
                        .forEach(value -> proxying.route(value.substring(value.indexOf('<') + 1, value.indexOf('>'))));
            }
        }
        proxying.start();
    }

    @Override
    public void onBestResponse(final SipResponse best, final Session<Bindings> session) {
        final boolean isMissed = best.status() == 486 || best.status() == 408 || best.status() == 480;
        if (best.method() == SipMethod.INVITE && isMissed && voicemail.isPresent() && !best.isOfFurtherTargets()) {
            best.onBehalfOf()
                    .ifPresent(invite -> invite.proxy()
                            .to(uri("voicemail", voicemail.get()))
                            .header("Diversion", "<sip:" + session.key() + ">;reason=no-answer")
                            .start());
        }
    }

    private static String uri(final String user, final String hostPort) {
        return user.isEmpty() ? "sip:" + hostPort : "sip:" + user + "@" + hostPort;
    }

    /** A binding's time is over; with the last one the session ends. */
    @Override
    public void onTimer(final String timer, final Session<Bindings> session) {
        session.update(registrar.onTimer(timer, session.state()));
    }

    @Override
    public Set<SipMethod> methods() {
        return SipMethod.ofACallAnd(SipMethod.REGISTER);
    }

    @Override
    public Set<SipMethod> proxied() {
        return EnumSet.complementOf(EnumSet.of(SipMethod.REGISTER));
    }

    @Override
    public Set<String> extensions() {
        return Registrar.EXTENSIONS;
    }

    @Override
    public Optional<DigestPolicy> digest() {
        return Optional.of(policy);
    }
}
