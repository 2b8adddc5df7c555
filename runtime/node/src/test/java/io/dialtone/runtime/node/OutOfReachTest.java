package io.dialtone.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dialtone.state.api.GridMember;
import io.dialtone.state.api.SlotCommand;
import io.dialtone.state.api.SlotMap;
import io.dialtone.state.api.SlotRules;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OutOfReachTest {
    private static final int A = 3;
    private static final int B = 5;

    private final Set<Integer> reached = new HashSet<>();
    private final OutOfReach reach = new OutOfReach(reached::contains);
    private SlotMap map = SlotMap.empty(4, 1);
    private long nowNs = Long.MAX_VALUE - 1_000_000_000L; // time may wrap

    private void join(final int number, final long incarnation) {
        map = SlotRules.apply(
                map, new SlotCommand.Join(new GridMember(number, incarnation, "n" + number, "h" + number, "", false)));
    }

    private Map<Integer, Long> lookAfter(final long elapsedNs) {
        nowNs += elapsedNs;
        return reach.look(map, nowNs);
    }

    private void reachBothForLong() {
        join(A, 7);
        join(B, 8);
        reached.addAll(Set.of(A, B));
        lookAfter(1);
        lookAfter(2 * OutOfReach.SURE_NS_MIN);
    }

    @Test
    void shouldSayThatAMemberIsOutOfReachWhenItsPeersHadTimeToTakeItsSlots() {
        reachBothForLong();

        reached.remove(A);

        assertEquals(Map.of(), lookAfter(1));
        assertEquals(Map.of(), lookAfter(OutOfReach.OUT_NS_MIN));
        assertEquals(Map.of(A, 7L), lookAfter(1));
    }

    @Test
    void shouldSayNothingNewWhileItReachesNobody() {
        reachBothForLong();

        reached.clear();

        assertEquals(Map.of(), lookAfter(1));
        assertEquals(Map.of(), lookAfter(10 * OutOfReach.FIRST_NS_MAX));
    }

    @Test
    void shouldNotTrustItselfSoonAfterItReachedNobody() {
        reachBothForLong();
        reached.clear();
        lookAfter(1);

        reached.add(B);
        lookAfter(OutOfReach.OUT_NS_MIN);

        assertEquals(Map.of(), lookAfter(OutOfReach.SURE_NS_MIN));
        assertEquals(Map.of(A, 7L), lookAfter(1));
    }

    @Test
    void shouldNotMindAMemberThatIsSilentNowAndThen() {
        reachBothForLong();
        for (int i = 0; i < 10; i++) {
            reached.remove(A);
            assertEquals(Map.of(), lookAfter(OutOfReach.OUT_NS_MIN));
            reached.add(A);
            assertEquals(Map.of(), lookAfter(OutOfReach.OUT_NS_MIN));
        }
    }

    @Test
    void shouldGiveAMemberTimeToBeReachedFirst() {
        join(A, 7);
        join(B, 8);
        reached.add(B);

        assertEquals(Map.of(), lookAfter(1));
        assertEquals(Map.of(), lookAfter(OutOfReach.FIRST_NS_MAX));
        assertEquals(Map.of(A, 7L), lookAfter(1));
    }

    @Test
    void shouldBelieveAMembersReturnAfterAWhile() {
        reachBothForLong();
        reached.remove(A);
        lookAfter(1);
        lookAfter(2 * OutOfReach.OUT_NS_MIN);

        reached.add(A);

        assertEquals(Map.of(A, 7L), lookAfter(1));
        assertEquals(Map.of(A, 7L), lookAfter(OutOfReach.RETURN_NS_MIN));
        assertEquals(Map.of(), lookAfter(1));
    }

    @Test
    void shouldBeginAnewWithAProcessThatWasStartedAgain() {
        reachBothForLong();
        reached.remove(A);
        lookAfter(1);
        lookAfter(2 * OutOfReach.OUT_NS_MIN);

        join(A, 9);

        assertEquals(Map.of(), lookAfter(1));
        map = SlotMap.empty(4, 1);
        assertEquals(Map.of(), lookAfter(1));
    }
}
