package dev.aether.faults.attack;

import java.util.concurrent.Callable;

/**
 * One attempt to get what the attacker should not have.
 *
 * @param area what it attacks, such as "tokens"
 * @param expected a regular expression for what the node should answer
 * @param act makes the attempt and returns what the node answered; blocks
 */
record Attack(String area, String name, String expected, Callable<String> act) {}
