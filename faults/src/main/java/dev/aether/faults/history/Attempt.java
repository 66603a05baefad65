package dev.aether.faults.history;

/**
 * One sending of a save, with its answer.
 *
 * @param sentNanos by {@link System#nanoTime} before it was sent
 * @param answeredNanos by {@link System#nanoTime} after the answer came
 */
public record Attempt(String node, long sentNanos, long answeredNanos, Answer answer) {}
