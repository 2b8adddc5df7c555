package io.dialtone.runtime.sip;

import io.dialtone.api.DigestAlgorithm;
import io.dialtone.api.DigestPolicy;
import io.dialtone.runtime.engine.CounterSet;
import io.dialtone.sip.codec.AffinityKeyView;
import io.dialtone.sip.codec.AsciiWriter;
import io.dialtone.sip.codec.HeaderName;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipMethod;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Lets in requests that prove who sent them, and says what to answer to the others (RFC 3261 section 22, RFC 7616, RFC 8760). Decides without transaction and session, so
 * that a stranger costs an answer and nothing that stays. Called only by the owning worker.
 *
 * <p>A request is let in by {@link #check}, and once more by {@link #take}, which asks its session whether it has been there before. What is accepted is qop
 * {@code auth}, and {@code auth-int} if it is offered; never the credentials of RFC 2069 without qop, which have no count and could be said again. The {@code uri}
 * of the credentials is hashed as it stands and not held against the Request-URI, which proxies change: that a nonce holds for one session does its part.
 */
final class DigestGuard {
    /** What is to become of a request. */
    enum Outcome {
        /** Its credentials are right. */
        LET_IN,
        /** It is answered with {@link #status} and {@link #challenges}. */
        CHALLENGE,
        /** It is dropped: there were as many challenges in this second as there may be. */
        DROP
    }

    /** Headers with credentials that are looked at; a request may carry those for other realms. */
    private static final int CREDENTIALS_MAX = 8;

    private static final int CHALLENGES_BYTES_MAX = 4096;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long MS = 1_000_000L;
    private static final String AUTH = "auth";
    private static final String AUTH_INT = "auth-int";

    private final DigestSettings settings;
    private final DigestPolicy policy;
    private final Set<SipMethod> methods = EnumSet.noneOf(SipMethod.class);
    private final HeaderName credentialsHeader;
    private final Nonces nonces;
    private final LocalTag.Source unique;
    private final HandlerFailures failures;
    private final CounterSet<SipCounter> counters;
    private final DigestHash hash = new DigestHash();
    private final DigestCredentialsView credentials = new DigestCredentialsView();
    private final AsciiWriter challenges = new AsciiWriter(CHALLENGES_BYTES_MAX);
    private final String opaque;

    private long secondBeganNs;
    private int challengesInSecond;
    private String user = "";
    private boolean isStale;
    private long nonceIssuedMs;
    private long nonceUnique;

    private DigestGuard(
            final DigestPolicy policy,
            final SipContext context,
            final LocalTag.Source unique,
            final HandlerFailures failures) {
        this.policy = policy;
        this.unique = unique;
        this.failures = failures;
        settings = context.digest().settings();
        counters = context.counters();
        credentialsHeader =
                policy.role() == DigestPolicy.Role.PROXY ? HeaderName.PROXY_AUTHORIZATION : HeaderName.AUTHORIZATION;
        policy.methods().forEach(method -> methods.add(SipMethod.valueOf(method.name())));
        final List<byte[]> secrets = context.digest().nonceSecrets();
        nonces = new Nonces(secrets, settings.realm(), settings.nonceLifeNs() / MS);
        opaque = opaqueOf(secrets.getFirst());
    }

    /** The guard of a service, if it asks anybody. */
    static Optional<DigestGuard> of(
            final Optional<DigestPolicy> policy,
            final SipContext context,
            final LocalTag.Source unique,
            final HandlerFailures failures) {
        return policy.map(asked -> new DigestGuard(asked, context, unique, failures));
    }

    private static String opaqueOf(final byte[] secret) {
        final byte[] digest = DigestAlgorithm.SHA_256.newHash().digest(secret);
        return HexFormat.of().formatHex(digest, 0, Long.BYTES);
    }

    /** True if a request is asked for credentials. What belongs to a dialog is known by its tags. */
    boolean asks(final SipMessage request) {
        return methods.contains(request.method()) && request.toTagLength() <= 0;
    }

    int status() {
        return policy.role().status();
    }

    /** The header lines of the answer to a request that is not let in. */
    AsciiWriter challenges() {
        return challenges;
    }

    /** Who sent the request that was let in. */
    String user() {
        return user;
    }

    /** When nonces end that were issued at a time; both ms since 1970. */
    long deadAfterMs(final long issuedMs) {
        return issuedMs + nonces.lifeMs();
    }

    /** Nonces issued before then are not taken any more; both ms since 1970. */
    long deadBeforeMs(final long nowMs) {
        return nowMs - nonces.lifeMs();
    }

    /**
     * Judges a request.
     *
     * @param key of the session that the request would come to
     * @param wallNs ns since 1970
     */
    Outcome check(
            final SipMessage request, final AffinityKeyView key, final int slot, final long nowNs, final long wallNs) {
        user = "";
        isStale = false;
        if (find(request) && judge(request, key, slot, wallNs / MS)) {
            counters.increment(SipCounter.CREDENTIALS_RIGHT);
            user = credentials.user();
            return Outcome.LET_IN;
        }
        return challenge(key, slot, nowNs, wallNs);
    }

    /**
     * Asks the session of a request that was let in whether it has had it before; if not, it remembers it.
     *
     * @param wallNs ns since 1970
     */
    Outcome take(
            final NonceMemory memory, final AffinityKeyView key, final int slot, final long nowNs, final long wallNs) {
        if (memory.take(
                nonceIssuedMs,
                nonceUnique,
                credentials.nonceCount(),
                deadBeforeMs(wallNs / MS),
                settings.noncesPerSessionMax())) {
            return Outcome.LET_IN;
        }
        counters.increment(SipCounter.CREDENTIALS_REPLAYED);
        isStale = true; // who knows the password can say so with a new nonce
        return challenge(key, slot, nowNs, wallNs);
    }

    private Outcome challenge(final AffinityKeyView key, final int slot, final long nowNs, final long wallNs) {
        if (!mayChallenge(nowNs)) {
            counters.increment(SipCounter.CHALLENGES_OVER_LIMIT);
            return Outcome.DROP;
        }
        writeChallenges(key, slot, wallNs / MS);
        return Outcome.CHALLENGE;
    }

    /** Looks for credentials for our realm. */
    private boolean find(final SipMessage request) {
        int index = request.firstHeader(credentialsHeader);
        for (int i = 0; i < CREDENTIALS_MAX && index >= 0; i++) {
            switch (credentials.wrap(
                    request.buffer(), request.headerValueOffset(index), request.headerValueLength(index))) {
                case DIGEST -> {
                    if (credentials.realm().equals(settings.realm())) {
                        return true;
                    }
                }
                case MALFORMED -> counters.increment(SipCounter.CREDENTIALS_MALFORMED);
                case OTHER_SCHEME -> {}
            }
            index = request.nextHeader(index);
        }
        return false;
    }

    private boolean judge(final SipMessage request, final AffinityKeyView key, final int slot, final long nowMs) {
        final Optional<DigestAlgorithm> named = DigestAlgorithm.ofToken(credentials.algorithm());
        final boolean isPlain = credentials.qop().equals(AUTH);
        if (named.isEmpty()
                || !settings.algorithms().contains(named.get())
                || !(isPlain || (settings.protectsBodies() && credentials.qop().equals(AUTH_INT)))) {
            counters.increment(SipCounter.CREDENTIALS_MALFORMED);
            return false;
        }
        final DigestAlgorithm algorithm = named.get();
        final Optional<String> ha1 = ha1(algorithm, slot);
        final String bodyHash =
                isPlain ? "" : hash.ofRange(algorithm, request.buffer(), request.bodyOffset(), request.bodyLength());
        // Computed for nobody as well, so that the time it takes does not tell who is known.
        final String expected = hash.response(
                algorithm, ha1.orElse(opaque), credentials, request.method().name(), bodyHash);
        if (!DigestHash.isSame(expected, credentials.response()) || ha1.isEmpty()) {
            counters.increment(SipCounter.CREDENTIALS_WRONG);
            return false;
        }
        final Nonces.Worth worth =
                nonces.judge(credentials.nonce(), nowMs, slot, key.buffer(), key.offset(), key.length());
        if (worth != Nonces.Worth.FRESH
                || !(credentials.opaque().isEmpty() || credentials.opaque().equals(opaque))) {
            counters.increment(SipCounter.CREDENTIALS_STALE);
            isStale = true;
            return false;
        }
        nonceIssuedMs = nonces.issuedMs();
        nonceUnique = nonces.unique();
        return true;
    }

    /** What the service knows of the user; nothing if its answer cannot be one. */
    private Optional<String> ha1(final DigestAlgorithm algorithm, final int slot) {
        try {
            return policy.credentials()
                    .ha1(credentials.user(), settings.realm(), algorithm)
                    .filter(digits -> digits.length() == algorithm.hexDigits())
                    .map(digits -> digits.toLowerCase(Locale.ROOT));
        } catch (RuntimeException e) {
            failures.onFailure(e, slot);
            return Optional.empty();
        }
    }

    private boolean mayChallenge(final long nowNs) {
        if (nowNs - secondBeganNs >= SECOND_NS) {
            secondBeganNs = nowNs;
            challengesInSecond = 0;
        }
        if (challengesInSecond == settings.challengesPerSecond()) {
            return false;
        }
        challengesInSecond++;
        return true;
    }

    private void writeChallenges(final AffinityKeyView key, final int slot, final long nowMs) {
        counters.increment(SipCounter.CHALLENGES);
        final byte[] nonce = nonces.issue(nowMs, unique.next(), slot, key.buffer(), key.offset(), key.length())
                .getBytes(StandardCharsets.US_ASCII);
        challenges.clear();
        for (final DigestAlgorithm algorithm : settings.algorithms()) {
            challenges
                    .put(policy.role().challengeHeader())
                    .put(": Digest realm=\"")
                    .put(settings.realm())
                    .put("\", nonce=\"")
                    .put(nonce)
                    .put("\", opaque=\"")
                    .put(opaque)
                    .put("\", algorithm=")
                    .put(algorithm.token())
                    .put(", qop=\"")
                    .put(settings.protectsBodies() ? "auth,auth-int" : AUTH)
                    .put('"')
                    .put(isStale ? ", stale=true" : "")
                    .putLineEnd();
        }
    }
}
