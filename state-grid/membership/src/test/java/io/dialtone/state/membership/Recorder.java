package io.dialtone.state.membership;

import io.dialtone.state.api.MemberProcess;
import io.dialtone.state.api.MembershipListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what it hears, a line each. */
final class Recorder implements MembershipListener {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    public void onJoined(final MemberProcess process) {
        lines.add(process.name() + " joined");
    }

    @Override
    public void onLeft(final MemberProcess process) {
        lines.add(process.name() + " left");
    }

    @Override
    public void onDeathHint(final int number, final long incarnation, final DeathHint why) {
        lines.add(number + "/" + incarnation + " " + why);
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
