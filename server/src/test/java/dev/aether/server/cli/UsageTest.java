package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class UsageTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "latest",
        "latest a b",
        "latest a --server nowhere",
        "latest a --server host:99999",
        "latest a --server ::1:7450",
        "events a --from -1",
        "events a --from 3 --to 2",
        "events a --max x",
        "save --type t",
        "save --actor a",
        "save --actor a --type t --expect soon",
        "save --actor a --type t --expect -1",
        "save --actor a --type t --data {",
        "save --actor a --type t --data @/does/not/exist",
        "save --actor a --type t --meta k",
        "subscribe --nonsense",
        "subscribe --start bogus",
        "subscribe --start=",
        "actors --max -1",
        "export a b c",
        "snapshot",
        "snapshot get",
        "snapshot save a --version 1",
        "snapshot save a --version 0 --state 1",
        "snapshot save a --version 1 --state {",
        "namespaces delete a",
        "namespaces delete a --confirm b",
        "namespaces create a --replicas -1",
        "serve --nats http://foo",
        "serve --data=",
      })
  void aCallThatCanNotBeMeantEndsWith2AndSaysWhereToLook(String args) {
    CommandRun run = CommandRun.of(args.isEmpty() ? new String[0] : args.split(" "));

    assertEquals(ExitCode.USAGE, run.exitCode(), run.err());
    assertEquals("", run.out());
    assertTrue(run.err().contains("--help'."), run.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "save --help",
        "import -h",
        "export -h",
        "snapshot --help",
        "snapshot save -h",
        "version",
        "--version"
      })
  void helpAndVersionGoToStandardOutput(String args) {
    CommandRun run = CommandRun.of(args.split(" "));

    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    assertEquals("", run.err());
    assertTrue(run.out().contains("aether"), run.out());
  }

  @Test
  void aCommandHasTheSameHelpIfTheOthersAreNotBuilt() {
    Terminal terminal = CommandRun.nowhere();
    Map<String, CommandLine> all = CommandLines.create(terminal, Map.of()).getSubcommands();

    assertEquals(20, all.size());
    all.forEach(
        (name, command) -> {
          assertEquals(name, command.getCommandName());
          assertEquals(command.getUsageMessage(), CommandRun.of(name, "--help").out(), name);
        });
  }

  @Test
  void completionIsAScriptForTheShell() {
    CommandRun run = CommandRun.of("generate-completion");

    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    assertTrue(run.out().startsWith("#!"), run.out());
    assertTrue(run.out().contains("--until-caught-up"), "lists the flags");
  }

  @Test
  void anUnknownOptionIsNamedBesideTheMissingOneThatItMayBe() {
    CommandRun run = CommandRun.of("save", "--actr", "a", "--type", "T");

    assertEquals(ExitCode.USAGE, run.exitCode());
    assertTrue(
        run.err().contains("Missing required option: '--actor=ID'; Unknown option: '--actr'\n"),
        run.err());
  }

  @Test
  void theCommandToTryBeginsWithTheNameThatTheLauncherWasCalledBy() {
    CommandRun run =
        CommandRun.withEnvironment(Map.of("AETHER_PROGRAM", "./aether"), "save", "--actor", "a");

    assertTrue(run.err().contains("Try './aether save --help'."), run.err());
    assertTrue(
        CommandRun.withEnvironment(Map.of("AETHER_PROGRAM", "./aether"), "--help")
            .out()
            .contains("Start here:  ./aether demo\n"));
  }

  @Test
  void aMistypedCommandGetsASuggestion() {
    assertTrue(CommandRun.of("latset", "a").err().contains("latest"));
  }

  @Test
  void lettersThatTheLocaleDoesNotHaveAreRefused() {
    CommandRun argument =
        CommandRun.withEnvironment(Map.of("LC_ALL", "C"), "latest", "zo\uFFFD\uFFFD");
    CommandRun variable =
        CommandRun.withEnvironment(Map.of("AETHER_NAMESPACE", "zo\uFFFD"), "latest", "a");

    assertEquals(ExitCode.USAGE, argument.exitCode());
    assertTrue(argument.err().contains("LC_ALL=C: "), argument.err());
    assertEquals(ExitCode.USAGE, variable.exitCode());
    assertTrue(variable.err().contains("AETHER_NAMESPACE="), variable.err());
  }
}
