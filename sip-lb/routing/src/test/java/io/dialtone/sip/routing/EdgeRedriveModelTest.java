package io.dialtone.sip.routing;

import static io.dialtone.sip.routing.EdgeHarness.name;
import static io.dialtone.sip.routing.EdgeHarness.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dialtone.api.link.LinkPublication;
import io.dialtone.placement.table.SlotTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Owners that change, vanish, fall silent and push back in any order, from a seed. After each step: nothing was refused that an owner has seen, nobody
 * got two kinds of answers, nothing went to who does not own it, nothing overtook another of its slot; and in the end nothing is left.
 */
class EdgeRedriveModelTest {
    private static final int SEEDS = 150;
    private static final int STEPS = 1_200;

    @Test
    void shouldKeepItsPromisesWhateverOwnersDo() {
        final Map<EdgeCounter, Long> seen = new EnumMap<>(EdgeCounter.class);
        for (long seed = 1; seed <= SEEDS; seed++) {
            final Run run = new Run(seed);
            try {
                run.play();
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ", step " + run.step + ": " + e.getMessage(), e);
            }
            run.edge.edge.status().counters().forEach((counter, value) -> seen.merge(counter, value, Long::sum));
        }
        for (final EdgeCounter rare : List.of(
                EdgeCounter.REQUESTS_HELD,
                EdgeCounter.REQUESTS_RELEASED,
                EdgeCounter.RESPONSES_HELD,
                EdgeCounter.DROPPED_RESPONSE,
                EdgeCounter.REQUESTS_REDRIVEN,
                EdgeCounter.REQUESTS_NOT_REMEMBERED,
                EdgeCounter.REFUSED_NO_OWNER,
                EdgeCounter.REFUSED_OWNER_UNREACHABLE,
                EdgeCounter.REFUSED_NOT_HELD,
                EdgeCounter.REFUSED_BACK_PRESSURE,
                EdgeCounter.ABSORBED_RETRANSMISSION,
                EdgeCounter.DROPPED_UNANSWERED,
                EdgeCounter.FORGOTTEN_UNANSWERED,
                EdgeCounter.FRAMES_OLD_EPOCH,
                EdgeCounter.ANSWERS_READ,
                EdgeCounter.REFUSED_AGAIN)) {
            assertTrue(seen.getOrDefault(rare, 0L) > 0, rare + " never happened");
        }
    }

    private static final class Run {
        final Random random;
        final EdgeHarness edge = new EdgeHarness(new RedriveConfig(300, 700, 200, 1_500, 400, 48, 1 << 14, 8_192, 3));
        final List<String> sent = new ArrayList<>();
        final Map<String, Integer> arrival = new HashMap<>();
        final Map<String, Integer> slotOf = new HashMap<>();
        final Set<String> offered = new HashSet<>();
        final Set<String> answered = new LinkedHashSet<>();
        final Set<String> refused = new HashSet<>();
        final Set<String> mayCome = new HashSet<>();
        final int[] lastFirstOffer = new int[EdgeHarness.SLOTS];
        final List<ScriptedLink.Offer> inFlight = new ArrayList<>();
        final Set<String> delivered = new HashSet<>();
        int responses;
        int step;

        Run(final long seed) {
            random = new Random(seed);
            Arrays.fill(lastFirstOffer, -1);
        }

        void play() {
            for (step = 0; step < STEPS; step++) {
                act();
                look();
            }
            heal();
        }

        private void act() {
            final int slot = random.nextInt(4);
            switch (random.nextInt(17)) {
                case 0, 1, 2, 3, 4 -> send(slot);
                case 5 -> retransmit();
                case 6, 7, 8 -> answer();
                case 9 -> edge.give(slot, 1 + random.nextInt(EdgeHarness.NODES));
                case 10 -> {
                    if (random.nextInt(3) == 0) {
                        edge.give(slot, SlotTable.NO_OWNER);
                    }
                }
                case 11 -> {
                    final int member = 1 + random.nextInt(EdgeHarness.NODES);
                    edge.link.unreachable[member] = random.nextBoolean();
                }
                case 12 -> {
                    final int member = 1 + random.nextInt(EdgeHarness.NODES);
                    edge.link.resultOf[member] = switch (random.nextInt(6)) {
                        case 0 -> LinkPublication.BACK_PRESSURED;
                        case 1 -> LinkPublication.NOT_CONNECTED;
                        default -> 0;
                    };
                }
                case 14 -> respond(slot);
                case 13 -> edge.run(1 + random.nextInt(random.nextInt(8) == 0 ? 400 : 20));
                default -> edge.after(random.nextInt(2));
            }
        }

        private void send(final int slot) {
            final String callId = edge.callIn(slot, "c" + sent.size());
            final String message = request(random.nextBoolean() ? "INVITE" : "MESSAGE", callId, 1);
            arrival.put(name(message), sent.size());
            slotOf.put(name(message), slot);
            sent.add(message);
            mayCome.add(name(message));
            edge.nowNs += 1_000;
            if (random.nextInt(3) == 0) {
                edge.receiveByStream(message);
            } else {
                edge.receive(message);
            }
        }

        /** A peer answers a node. */
        private void respond(final int slot) {
            final String bye = request("BYE", "r" + responses++, edge.branchOf(slot), 1, "");
            edge.nowNs += 1_000;
            edge.receive(EdgeHarness.response(bye, 200));
        }

        private void retransmit() {
            if (!sent.isEmpty()) {
                final String message = sent.get(Math.max(0, sent.size() - 1 - random.nextInt(20)));
                mayCome.add(name(message));
                edge.nowNs += 1_000;
                edge.receive(message);
            }
        }

        private void answer() {
            if (inFlight.isEmpty()) {
                return;
            }
            final ScriptedLink.Offer offer = inFlight.remove(random.nextInt(inFlight.size()));
            final boolean byOwner = edge.ownerOf(offer.frame().slot()) == offer.member()
                    && edge.slots.table().epochOf(offer.frame().slot())
                            == offer.frame().epoch();
            final long number = random.nextInt(4) == 0 ? 0 : offer.frame().request();
            final int status = random.nextInt(3) == 0 ? 180 : 200;
            look();
            // Whether it is taken is seen by what leaves.
            edge.answer(offer, status, offer.member(), offer.frame().epoch(), number);
            final String name = name(offer.message());
            if (byOwner) {
                answered.add(name);
                mayCome.remove(name);
            }
            assertEquals(
                    byOwner,
                    edge.egress.sent.stream().anyMatch(s -> !s.firstLine().contains("503")),
                    "answers of owners and no others leave");
        }

        /** What has happened since the last look. */
        private void look() {
            for (final ScriptedLink.Offer offer : edge.link.takeOffers()) {
                final String name = name(offer.message());
                if (offer.message().startsWith("SIP/2.0 ")) {
                    assertEquals(edge.ownerOf(offer.frame().slot()), offer.member(), "response for today's owner");
                    assertTrue(delivered.add(name), "response handed over twice");
                    continue;
                }
                final int slot = slotOf.getOrDefault(name, -1);
                assertEquals(slot, offer.frame().slot());
                assertEquals(edge.slots.table().epochOf(slot), offer.frame().epoch(), "sent under today's epoch");
                assertEquals(edge.ownerOf(slot), offer.member(), "sent to today's owner");
                assertFalse(edge.link.unreachable[offer.member()], "sent to who is heard");
                assertFalse(refused.contains(name), name + " was refused and handed over");
                assertTrue(mayCome.contains(name), name + " is answered and handed over again");
                if (offered.add(name)) {
                    assertTrue(arrival.getOrDefault(name, -1) > lastFirstOffer[slot], name + " was overtaken");
                    lastFirstOffer[slot] = arrival.getOrDefault(name, -1);
                }
                inFlight.add(offer);
            }
            for (final CapturingEgress.Sent message : edge.egress.sent) {
                if (message.firstLine().contains("503")) {
                    final String name =
                            message.header("CSeq").substring("1 ".length()) + " " + message.header("Call-ID");
                    assertFalse(offered.contains(name), name + " was handed over and refused");
                    assertFalse(answered.contains(name), name + " was answered and refused");
                    refused.add(name);
                }
            }
            edge.egress.sent.clear();
        }

        private void heal() {
            Arrays.fill(edge.link.unreachable, false);
            Arrays.fill(edge.link.resultOf, 0);
            edge.run(1);
            look();
            final Set<String> kept = new HashSet<>();
            final long before = edge.level(EdgeGauge.REQUESTS_UNANSWERED);
            for (int slot = 0; slot < 4; slot++) {
                edge.give(slot, 1 + random.nextInt(EdgeHarness.NODES));
            }
            final long[] last = new long[EdgeHarness.SLOTS];
            for (int turn = 0; turn < 40; turn++) {
                edge.turn();
                for (final ScriptedLink.Offer offer : edge.link.offers) {
                    final String name = name(offer.message());
                    final int slot = offer.frame().slot();
                    assertTrue(kept.add(name), name + " was handed over twice");
                    assertTrue(offer.frame().arrivalNs() > last[slot], name + " comes out of order");
                    // A retransmission that was kept anew stands where it came, not where the first did.
                    last[slot] = offer.frame().arrivalNs();
                }
                look();
            }
            assertEquals(before, kept.size(), "all that was kept goes to the new owners");
            edge.run(2_000);
            look();
            assertEquals(0, edge.level(EdgeGauge.REQUESTS_UNANSWERED));
            assertEquals(0, edge.level(EdgeGauge.UNANSWERED_BYTES));
            assertEquals(0, edge.level(EdgeGauge.REQUESTS_WAITING));
        }
    }
}
