package io.dialtone.benchmarks.calls;

import io.dialtone.api.Session;
import io.dialtone.api.SipHandler;
import io.dialtone.api.SipRequest;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * Answers at once, says in each answer how many requests the call has had, and keeps notes with it so that its state has the size that is asked for. Each call has a timer
 * somewhere in the next half hour, as calls with session timers have. Made by a node, once for each worker.
 */
public final class HeldCallService implements SipHandler<HeldCallService.Held> {
    /** What the caller looks at to see that nothing was forgotten, and nothing done twice. */
    static final String REQUESTS_HEADER = "X-Requests";

    private static final String TIMER = "refresh";
    private static final int NOTES_BYTES = Integer.getInteger("calls.notes", 480);
    private static final int FIRST_MS_MIN = Integer.getInteger("calls.timer.min", 60_000);
    private static final int FIRST_MS_MAX = Integer.getInteger("calls.timer.max", 1_800_000);

    /**
     * What is remembered of a call.
     *
     * @param requests how many it has had
     * @param refreshes how often its timer has run out
     * @param notes nothing of interest
     */
    public record Held(int requests, int refreshes, String notes) {}

    private final SplittableRandom random = new SplittableRandom();

    public HeldCallService() {}

    @Override
    public Held initialState(final SipRequest request) {
        final char[] notes = new char[NOTES_BYTES];
        for (int i = 0; i < notes.length; i++) {
            notes[i] = (char) random.nextInt('a', 'z' + 1);
        }
        return new Held(0, 0, new String(notes));
    }

    @Override
    public void onRequest(final SipRequest request, final Session<Held> session) {
        final Held held = session.state();
        final int requests = held.requests() + 1;
        session.update(new Held(requests, held.refreshes(), held.notes()));
        if (request.isInitial()) {
            session.startTimer(TIMER, Duration.ofMillis(random.nextInt(FIRST_MS_MIN, FIRST_MS_MAX)));
        }
        request.reply(200).header(REQUESTS_HEADER, Integer.toString(requests)).send();
    }

    @Override
    public void onTimer(final String timer, final Session<Held> session) {
        final Held held = session.state();
        session.update(new Held(held.requests(), held.refreshes() + 1, held.notes()));
        session.startTimer(TIMER, Duration.ofMillis(FIRST_MS_MAX));
    }
}
