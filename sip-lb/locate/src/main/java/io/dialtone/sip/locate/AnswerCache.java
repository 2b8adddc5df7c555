package io.dialtone.sip.locate;

import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What DNS has said, for as long as it may be believed. Written by the record source's thread; read by any. */
final class AnswerCache {
    private record Kept(Answer answer, long endNs) {}

    private final Map<Question, Kept> answers = new ConcurrentHashMap<>();
    private final LocateSettings settings;

    AnswerCache(final LocateSettings settings) {
        this.settings = settings;
    }

    @Nullable
    Answer get(final Question question, final long nowNs) {
        final Kept kept = answers.get(question);
        return kept == null || kept.endNs - nowNs <= 0 ? null : kept.answer;
    }

    void put(final Question question, final Answer answer, final long nowNs) {
        final long ttlNs = switch (answer.kind()) {
            case FOUND -> Math.min(answer.ttlNs(), settings.ttlMaxNs());
            case NONE -> Math.min(answer.ttlNs(), settings.negativeTtlMaxNs());
            case FAILED -> settings.failedTtlNs();
        };
        if (ttlNs <= 0) {
            answers.remove(question);
            return;
        }
        if (answers.size() >= settings.cacheMax() && !answers.containsKey(question)) {
            makeRoom(nowNs);
        }
        answers.put(question, new Kept(answer, nowNs + ttlNs));
    }

    int size() {
        return answers.size();
    }

    /** Forgets what is too old; if nothing is, anything: it can be asked for again. */
    private void makeRoom(final long nowNs) {
        answers.values().removeIf(kept -> kept.endNs - nowNs <= 0);
        final Iterator<Question> any = answers.keySet().iterator();
        while (answers.size() >= settings.cacheMax() && any.hasNext()) {
            any.next();
            any.remove();
        }
    }
}
