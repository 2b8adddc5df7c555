package io.dialtone.examples;

import io.dialtone.runtime.testsupport.SipText;
import io.dialtone.runtime.testsupport.TestCluster;
import io.dialtone.sip.codec.Malformation;
import io.dialtone.sip.codec.ParseResult;
import io.dialtone.sip.codec.SipLimits;
import io.dialtone.sip.codec.SipMessage;
import io.dialtone.sip.codec.SipSyntax;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Sees all that a cluster gets and sends, and says what must not be: messages that are none, answers that nobody asked for or more of them than requests, and datagrams to an address that
 * has proved nothing out of proportion to those that name it. Not thread safe.
 */
final class FuzzLedger implements TestCluster.Wire {
    /** An answer to INVITE is sent again until it is acknowledged: at once and 10 times in 32 s over UDP (RFC 3261 sections 13.3.1.4 and 17.2.1). */
    private static final int COPIES_OF_ANSWER_MAX = 11;
    /** What one datagram can set off at once: both ends of a call and its forks are told, and what the flow had not answered goes out again. */
    private static final int FIRSTS_PER_DATAGRAM_MAX = 24;
    /** What we say is no longer than what we were told by more than this: challenges, and what a dialog needs. */
    private static final int WORDS_MORE_MAX = 1_200;

    /** What was asked, by whomever: a copy that comes from elsewhere is answered where the first one came from. */
    private record Asked(String branch, String method) {}

    private static final class Account {
        final Set<Integer> askers = new HashSet<>();
        /** What REGISTERs of this name would bind. */
        final Set<String> bindings = new HashSet<>();

        int requests;
        int finals;
        final Set<String> different = new HashSet<>();
    }

    private final int victim;
    private final String victimText;
    private final Map<Asked, Account> accounts = new HashMap<>();
    /** What peers have answered with Via values of others below ours: a proxy brings such an answer to who has asked, whatever it says. */
    private final Set<String> brought = new HashSet<>();

    /** Who has bound by a connection what they ask to be bound: a connection that is gone is sought where its binding is (docs/how-to/listen-by-tcp-tls-and-websocket.md). */
    private final Map<String, Set<Integer>> boundAt = new HashMap<>();

    private final Map<Integer, Set<String>> sent = new HashMap<>();
    private final SipMessage parsed = new SipMessage(SipLimits.defaults());
    private final SipSyntax syntax = new SipSyntax();
    private final List<String> violations = new ArrayList<>();
    /** How often a slot got another owner: the new one may say once more what the former one has said. */
    private long takeOvers;

    private long deaths;

    private int firstsOfStep;
    private long victimMayGet;
    private long victimGot;

    /**
     * A ledger for a cluster.
     *
     * @param victim an address from which no peer sends of its own accord
     */
    FuzzLedger(final int victim, final String victimText) {
        this.victim = victim;
        this.victimText = victimText;
    }

    /** A peer is about to send. */
    void onReceived(final int ipv4, final byte[] bytes) {
        firstsOfStep = 0;
        final String text = new String(bytes, StandardCharsets.UTF_8);
        if (ipv4 == victim || text.contains(victimText)) {
            victimMayGet += (long) (bytes.length + WORDS_MORE_MAX) * COPIES_OF_ANSWER_MAX * 2;
        }
        final FuzzMessage message = FuzzMessage.of(bytes);
        if (!message.isRequest()) {
            brought.add(answerTo(message.remove("Via", 1)));
        } else {
            final Account account = accountOf(message);
            account.askers.add(ipv4);
            account.requests++;
            if (message.method().equals("REGISTER")) {
                account.bindings.add(bare(message.get("To")) + ' ' + bare(message.get("Contact")));
            }
        }
    }

    private static String bare(final String address) {
        return address.replaceAll("^[^<]*<|>.*$|;.*$", "");
    }

    /** Time is about to pass: what is sent then was not set off by a datagram. */
    void onTime() {
        firstsOfStep = Integer.MIN_VALUE;
    }

    /** So many slots have got another owner by now, and one may be about to. */
    void moves(final long done) {
        takeOvers = deaths + done + 1;
    }

    /** A node is about to die. */
    void onDeath() {
        deaths++;
    }

    @Override
    public void onSent(final int ipv4, final int connection, final byte[] bytes) {
        final SipText text = SipText.of(bytes);
        final ParseResult result = parsed.parseDatagram(new UnsafeBuffer(bytes), 0, bytes.length);
        Malformation fault = result == ParseResult.COMPLETE ? syntax.check(parsed) : parsed.malformation();
        if (fault == Malformation.NONE) {
            fault = syntax.checkEndpoint(parsed);
        }
        if (fault != Malformation.NONE) {
            violations.add(fault + " in what was sent:\n" + text);
        }
        if (sent.computeIfAbsent(ipv4, any -> new HashSet<>()).add(text.toString())) {
            firstsOfStep++;
            if (firstsOfStep > FIRSTS_PER_DATAGRAM_MAX) {
                violations.add(
                        "one datagram has set off more than " + FIRSTS_PER_DATAGRAM_MAX + ", among them:\n" + text);
            }
        }
        if (ipv4 == victim) {
            victimGot += bytes.length;
            if (victimGot > victimMayGet) {
                violations.add("the victim got " + victimGot + " bytes, which is more than " + victimMayGet + ", by:\n"
                        + text);
            }
        }
        final FuzzMessage message = FuzzMessage.of(bytes);
        if (!message.isRequest()) {
            onAnswer(ipv4, message, text);
            if (connection != 0 && message.method().equals("REGISTER") && text.status() / 100 == 2) {
                accountOf(message)
                        .bindings
                        .forEach(binding -> boundAt.computeIfAbsent(binding, any -> new HashSet<>())
                                .add(ipv4));
            }
        }
    }

    private boolean isHeir(final int ipv4, final Set<Integer> askers) {
        return boundAt.values().stream()
                .anyMatch(holders -> holders.contains(ipv4) && askers.stream().anyMatch(holders::contains));
    }

    private void onAnswer(final int ipv4, final FuzzMessage message, final SipText text) {
        final Account account = accountOf(message);
        if (!account.askers.contains(ipv4) && !isHeir(ipv4, account.askers) && !brought.contains(answerTo(message))) {
            violations.add("nobody there has asked for this:\n" + text);
        }
        if (text.status() < 200) {
            return;
        }
        account.finals++;
        account.different.add(text.toString());
        final boolean isInvite = message.method().equals("INVITE");
        final boolean isAccepted = text.status() < 300;
        final int copies = isInvite ? COPIES_OF_ANSWER_MAX : 1;
        if (!(isInvite && isAccepted) && account.different.size() > account.requests + takeOvers) {
            violations.add(
                    account.different.size() + " answers to " + account.requests + " requests, at last:\n" + text);
        }
        if (!(isInvite && isAccepted) && account.finals > (account.requests + takeOvers) * copies) {
            violations.add(
                    account.finals + " datagrams of answers to " + account.requests + " requests, at last:\n" + text);
        }
    }

    private static String answerTo(final FuzzMessage answer) {
        return answer.branch().orElse("") + ' ' + answer.get("Call-ID") + ' ' + answer.get("CSeq");
    }

    private Account accountOf(final FuzzMessage message) {
        return accounts.computeIfAbsent(new Asked(message.branch().orElse(""), message.method()), any -> new Account());
    }

    /** What must not be, since the last time. */
    List<String> violations() {
        final List<String> found = List.copyOf(violations);
        violations.clear();
        return found;
    }
}
