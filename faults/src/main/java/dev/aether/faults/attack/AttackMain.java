package dev.aether.faults.attack;

import dev.aether.server.embedded.FolderTree;
import dev.aether.server.embedded.NatsServerScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Attacks a secured node and prints what it answered. */
@Command(
    name = "faults/attack",
    description =
        "Attacks a node with TLS, tokens and a policy, and prints what it answered. Exits with 1 if"
            + " an answer is not the expected one, or if another client's saves suffered.",
    mixinStandardHelpOptions = true)
public final class AttackMain implements Callable<Integer> {
  private static final int SHOWN = 160;

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Make only the attacks whose area or name contains this text.")
  private String only = "";

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write the table to this file, as Markdown.")
  private @Nullable Path report;

  @Option(names = "--home", paramLabel = "DIR", description = "The repository.", required = true)
  private Path home = Path.of("");

  private final List<String> lines = new ArrayList<>();
  private int failed;

  /** Exits with 0 if each attack was answered as it should be. */
  public static void main(String[] args) {
    Security.setProperty(TlsAttacks.DISABLED_BY_JDK, "");
    System.exit(new CommandLine(new AttackMain()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("aether-attack-");
    Path jar = home.resolve("server/target/aether.jar");
    try (Target target = new Target(NatsServerScript.ask(home), jar, folder)) {
      RightsAttacks.prepare(target);
      try (Bystander bystander = new Bystander(target)) {
        attack(target, bystander);
        check(
            "exactly the acknowledged saves of the other client are stored", bystander.isIntact());
      }
      check("the node is still running", target.isAlive());
      check("its log has no bug", !target.logged().contains("bug in this server"));
      check("its log has no OutOfMemoryError", !target.logged().contains("OutOfMemoryError"));
      check("its log has no token", !target.logged().contains("aether_"));
      line("The node's memory at the end: " + target.residentMegabytes() + " MB.");
    }
    if (report != null) {
      Files.write(report, lines);
    }
    if (failed == 0) {
      FolderTree.delete(folder);
    } else {
      System.out.println(failed + " not as expected; the node's files are in " + folder);
    }
    return failed == 0 ? 0 : 1;
  }

  private void attack(Target target, Bystander bystander) {
    List<Attack> attacks =
        Stream.of(
                TokenAttacks.on(target),
                RightsAttacks.on(target),
                TlsAttacks.on(target),
                Http2Attacks.on(target),
                ExhaustionAttacks.on(target))
            .flatMap(List::stream)
            .filter(attack -> attack.area().contains(only) || attack.name().contains(only))
            .toList();
    line("| | area | attack | answer | saves of another client meanwhile: p99 |");
    line("|---:|---|---|---|---|");
    var unused = bystander.experience();
    for (int i = 0; i < attacks.size(); i++) {
      Attack attack = attacks.get(i);
      String answer = answer(attack);
      Bystander.Experience experience = bystander.experience();
      boolean isGood = answer.matches(attack.expected()) && experience.failures().isEmpty();
      failed += isGood ? 0 : 1;
      line(
          String.format(
              Locale.ROOT,
              "| %d | %s | %s | %s%s | %s |",
              i + 1,
              attack.area(),
              cell(attack.name()),
              isGood ? "" : "**unexpected:** ",
              cell(answer),
              experience.failures().isEmpty()
                  ? text(experience)
                  : "**failed:** " + cell(experience.failures().toString())));
    }
  }

  private static String text(Bystander.Experience experience) {
    return experience.saves() == 0
        ? ""
        : String.format(Locale.ROOT, "%.1f ms", experience.p99().toNanos() / 1e6);
  }

  private static String answer(Attack attack) {
    try {
      return Calls.oneLine(attack.act().call());
    } catch (Exception e) {
      return "the attack failed: " + e;
    }
  }

  private static String cell(String text) {
    String shown = text.replace("|", "\\|").replace("<", "&lt;");
    return shown.length() > SHOWN ? shown.substring(0, SHOWN) + "…" : shown;
  }

  private void check(String what, boolean holds) {
    failed += holds ? 0 : 1;
    line((holds ? "" : "**Not so:** ") + what + ".");
  }

  private void line(String line) {
    lines.add(line);
    System.out.println(line);
  }
}
