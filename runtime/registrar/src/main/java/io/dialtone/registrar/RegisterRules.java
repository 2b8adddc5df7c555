package io.dialtone.registrar;

import io.dialtone.api.SipRequest;
import io.dialtone.registrar.Verdict.Accepted;
import io.dialtone.registrar.Verdict.Refused;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rules of RFC 3261 section 10.3, with those of Path (RFC 3327), outbound (RFC 5626 section 6) and GRUU (RFC 5627 section 5): looks at a REGISTER and the bindings that
 * are there, and says what is to become of both. Does nothing itself. Immutable, for any thread.
 */
final class RegisterRules {
    private static final int CALL_ID_CHARS_MAX = 256;
    private static final String OUTBOUND = "outbound";
    private static final String GRUU = "gruu";

    private final RegistrarSettings settings;

    RegisterRules(final RegistrarSettings settings) {
        this.settings = settings;
    }

    /** What is asked for a contact, and which rules hold for it. */
    private record Change(ContactHeader contact, SipUri uri, long expires, int regId) {}

    /** Steps 1 and 3 to 5: whose bindings these are, and who may change them. */
    Verdict judge(final SipRequest register, final Bindings before) {
        final Optional<SipUri> found = addressOf(register);
        if (found.isEmpty() || !(found.get().isTel() || isOurs(found.get()))) {
            return new Refused(404, "No Such Address Of Record");
        }
        final SipUri addressOfRecord = found.get();
        final Optional<String> user = register.authenticatedUser();
        if (user.isPresent() && !mayRegister(user.get(), addressOfRecord)) {
            return new Refused(403, "Not Your Address Of Record");
        }
        if (register.callId().length() > CALL_ID_CHARS_MAX) {
            return new Refused(400, "Call-ID Too Long");
        }
        final Optional<List<ContactHeader>> contacts =
                ContactHeader.readAll(register.headers("Contact"), 2 * settings.bindingsMax());
        if (contacts.isEmpty()) {
            return new Refused(400, "Bad Contact Or Too Many");
        }
        if (contacts.get().stream().anyMatch(ContactHeader::isStar)) {
            return removeAll(register, contacts.get(), addressOfRecord, before);
        }
        return change(register, contacts.get(), addressOfRecord, before);
    }

    private static Optional<SipUri> addressOf(final SipRequest register) {
        return register.header("To")
                .flatMap(to -> ContactHeader.readAll(List.of(to), 1))
                .filter(values -> values.size() == 1)
                .flatMap(values -> Optional.ofNullable(values.getFirst().uri()))
                .filter(uri -> !uri.user().isEmpty() && (uri.isSip() || uri.isTel()));
    }

    private boolean isOurs(final SipUri addressOfRecord) {
        return settings.domains().isEmpty() || settings.domains().contains(addressOfRecord.host());
    }

    /** Users are known by the user part, or by user and host. */
    private static boolean mayRegister(final String user, final SipUri addressOfRecord) {
        return user.equals(addressOfRecord.user())
                || user.equals(addressOfRecord.user() + "@" + addressOfRecord.host());
    }

    /** Step 6. */
    private static Verdict removeAll(
            final SipRequest register,
            final List<ContactHeader> contacts,
            final SipUri addressOfRecord,
            final Bindings before) {
        final long expires =
                ContactHeader.seconds(register.header("Expires").orElse("")).orElse(-1);
        if (contacts.size() > 1 || expires != 0) {
            return new Refused(400, "A Star Goes Alone And With Expires 0");
        }
        if (before.all().stream().anyMatch(binding -> isOutOfOrder(register, binding))) {
            return outOfOrder();
        }
        return new Accepted(
                Bindings.NONE,
                Map.of(),
                before.all().stream().map(Binding::number).collect(Collectors.toSet()),
                addressOfRecord,
                List.of(),
                false,
                false);
    }

    /** Step 7. All changes are made, or none. */
    private Verdict change(
            final SipRequest register,
            final List<ContactHeader> contacts,
            final SipUri addressOfRecord,
            final Bindings before) {
        final Set<String> supported = tokens(register.headers("Supported"));
        final List<String> pathLines = register.headers("Path");
        final Optional<List<ContactHeader>> path = ContactHeader.readAll(pathLines, settings.pathCharsMax());
        if (path.isEmpty() || pathLines.stream().mapToInt(String::length).sum() > settings.pathCharsMax()) {
            return new Refused(400, "Bad Path Or Too Long");
        }
        if (isSipsBySip(register, contacts, path.get())) {
            return new Refused(400, "SIPS Contact Needs SIPS Throughout");
        }
        final boolean isFirstHop = isFirstHop(register);
        final boolean keepsFlows = isFirstHop ? settings.firstHopKeepsFlows() : isOutboundPath(path.get());
        final List<Change> changes = new ArrayList<>();
        for (final ContactHeader contact : contacts) {
            final SipUri uri = contact.uri();
            if (uri == null || contact.text().length() > settings.contactCharsMax()) {
                return new Refused(400, "Contact Too Long");
            }
            if (uri.withoutSecurity().isSameAs(addressOfRecord.withoutSecurity())) {
                return new Refused(403, "Contact Is The Address Of Record");
            }
            final long asked = contact.expires()
                    .orElseGet(() -> ContactHeader.seconds(
                                    register.header("Expires").orElse(""))
                            .orElse(settings.expiresDefault().toSeconds()));
            if (asked > 0 && asked < settings.expiresMin().toSeconds()) {
                return new Refused(
                        423,
                        "Interval Too Brief",
                        "Min-Expires",
                        String.valueOf(settings.expiresMin().toSeconds()));
            }
            final int regId = contact.instance().isEmpty() ? 0 : contact.regId();
            if (regId > 0 && !keepsFlows && !isFirstHop && supported.contains(OUTBOUND)) {
                return new Refused(439, "First Hop Lacks Outbound Support");
            }
            changes.add(new Change(
                    contact, uri, Math.min(asked, settings.expiresMax().toSeconds()), keepsFlows ? regId : 0));
        }
        final boolean isOutbound = changes.stream().anyMatch(change -> change.regId() > 0 && change.expires() > 0);
        if (isOutbound
                && changes.stream().filter(change -> change.expires() > 0).count() > 1) {
            return new Refused(400, "One Flow At A Time");
        }
        // What goes makes room for what comes, and its number is free again.
        changes.sort(Comparator.comparing(change -> change.expires() > 0));
        final List<String> route = path.get().stream().map(ContactHeader::text).toList();
        final Ledger ledger = new Ledger(before);
        for (final Change change : changes) {
            final Optional<Binding> old = ledger.find(change);
            if (old.isPresent()
                    && isOutOfOrder(register, old.get())
                    && !ledger.started.containsKey(old.get().number())) {
                return outOfOrder();
            }
            old.ifPresent(ledger::remove);
            if (change.expires() > 0) {
                ledger.add(register, change, route);
            }
        }
        if (ledger.bindings.size() > settings.bindingsMax()) {
            return new Refused(403, "Too Many Bindings");
        }
        return new Accepted(
                new Bindings(ledger.bindings),
                ledger.started,
                ledger.stopped,
                addressOfRecord,
                pathLines,
                isOutbound,
                supported.contains(GRUU));
    }

    /** A sips contact wants the whole way there to be by TLS: Request-URI, Path and all other contacts (RFC 5630 section 5.2). */
    private static boolean isSipsBySip(
            final SipRequest register, final List<ContactHeader> contacts, final List<ContactHeader> path) {
        return contacts.stream().anyMatch(RegisterRules::isSips)
                && !(SipUri.parse(register.requestUri()).filter(SipUri::isSips).isPresent()
                        && contacts.stream().allMatch(RegisterRules::isSips)
                        && path.stream().allMatch(RegisterRules::isSips));
    }

    private static boolean isSips(final ContactHeader header) {
        final SipUri uri = header.uri();
        return uri != null && uri.isSips();
    }

    /** A binding that was made by a later request of the same Call-ID, or by this one. */
    private static boolean isOutOfOrder(final SipRequest register, final Binding binding) {
        return binding.callId().equals(register.callId()) && register.cseq() <= binding.cseq();
    }

    private static Refused outOfOrder() {
        return new Refused(500, "Request Out Of Order");
    }

    /** Nobody in between has put a Via on top of the phone's. */
    private static boolean isFirstHop(final SipRequest register) {
        final List<String> lines = register.headers("Via");
        return lines.size() == 1 && lines.getFirst().indexOf(',') < 0;
    }

    /** The phone's first hop was there first: its Path value is the last. */
    private static boolean isOutboundPath(final List<ContactHeader> path) {
        if (path.isEmpty()) {
            return false;
        }
        final SipUri firstHop = path.getLast().uri();
        return firstHop != null && firstHop.param("ob").isPresent();
    }

    private static Set<String> tokens(final List<String> lines) {
        return lines.stream()
                .flatMap(line -> Stream.of(line.split(",", -1)))
                .map(token -> token.strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The bindings while a request changes them. */
    private static final class Ledger {
        final List<Binding> bindings;
        final Map<Integer, Long> started = new HashMap<>();
        final Set<Integer> stopped = new HashSet<>();

        Ledger(final Bindings before) {
            bindings = new ArrayList<>(before.all());
        }

        /** The binding that a contact is about: of the same flow of the same instance, or else with the same URI. */
        Optional<Binding> find(final Change change) {
            if (change.regId() > 0) {
                return bindings.stream()
                        .filter(binding -> binding.regId() == change.regId()
                                && binding.instance().equals(change.contact().instance()))
                        .findFirst();
            }
            return bindings.stream()
                    .filter(binding -> SipUri.parse(binding.uri())
                            .filter(uri -> uri.isSameAs(change.uri()))
                            .isPresent())
                    .findFirst();
        }

        void remove(final Binding binding) {
            bindings.remove(binding);
            started.remove(binding.number());
            stopped.add(binding.number());
        }

        void add(final SipRequest register, final Change change, final List<String> route) {
            final int number = freeNumber();
            final ContactHeader contact = change.contact();
            bindings.add(new Binding(
                    number,
                    change.uri().toString(),
                    contact.params(),
                    contact.q(),
                    register.callId(),
                    register.cseq(),
                    route,
                    contact.instance(),
                    change.regId(),
                    register.flow()));
            stopped.remove(number);
            started.put(number, change.expires());
        }

        private int freeNumber() {
            int number = 1;
            while (isTaken(number)) {
                number++;
            }
            return number;
        }

        private boolean isTaken(final int number) {
            return bindings.stream().anyMatch(binding -> binding.number() == number);
        }
    }
}
