package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

class EnvironmentDefaultsTest {
  private static final List<String> VALUES =
      List.of(
          "beginning",
          "127.0.0.1:1234",
          "true",
          "false",
          "17",
          "any",
          "always",
          "traces",
          "k=v",
          "7s",
          "some");

  @TestFactory
  Stream<DynamicTest> everyFlagTakesTheValueOfItsVariable() {
    return flags(commandLine(Map.of()))
        .map(
            flag ->
                DynamicTest.dynamicTest(
                    flag.command().name() + " " + flag.longestName(), () -> check(flag)));
  }

  @Test
  void noTwoFlagsOfACommandShareAVariableAndTheSharedOnesAreShort() {
    TreeMap<String, String> owners = new TreeMap<>();
    flags(commandLine(Map.of()))
        .forEach(
            flag -> {
              String variable = EnvironmentDefaults.variable(flag).orElseThrow();
              String before = owners.put(variable, flag.longestName());
              assertTrue(before == null || before.equals(flag.longestName()), variable);
            });

    assertEquals("--server", owners.get("AETHER_SERVER"));
    assertEquals("--namespace", owners.get("AETHER_NAMESPACE"));
    assertEquals("--data", owners.get("AETHER_SAVE_DATA"));
    assertEquals("--state", owners.get("AETHER_SNAPSHOT_SAVE_STATE"));
  }

  @Test
  void theCommandLineWinsAlsoForSwitches() {
    CommandLine command = commandLine(Map.of("AETHER_EVENTS_BACKWARDS", "true"));

    assertEquals(
        List.of(true, true, false),
        Stream.of(
                new String[] {"events", "a"},
                new String[] {"events", "a", "--backwards"},
                new String[] {"events", "a", "--backwards=false"})
            .map(args -> value(command, args, "--backwards"))
            .toList());
  }

  @Test
  void aSwitchLeavesTheWordBehindItAlone() {
    CommandLine command = commandLine(Map.of());
    String[] args = {"events", "--backwards", "a"};

    assertEquals(true, value(command, args, "--backwards"));
    assertEquals(
        "a",
        command
            .parseArgs(args)
            .subcommand()
            .commandSpec()
            .positionalParameters()
            .get(0)
            .getValue());
  }

  @Test
  void aSwitchThatIsOnByDefaultCanBeTurnedOffAndOn() {
    CommandLine on = commandLine(Map.of());
    CommandLine off = commandLine(Map.of("AETHER_AUTO_CREATE", "false"));

    assertEquals(true, value(on, new String[] {"serve"}, "--auto-create"));
    assertEquals(true, value(on, new String[] {"serve", "--auto-create"}, "--auto-create"));
    assertEquals(false, value(on, new String[] {"serve", "--no-auto-create"}, "--auto-create"));
    assertEquals(false, value(off, new String[] {"serve"}, "--auto-create"));
    assertEquals(true, value(off, new String[] {"serve", "--auto-create"}, "--auto-create"));
    assertEquals(false, value(off, new String[] {"serve", "--no-auto-create"}, "--auto-create"));
  }

  @Test
  void anEmptyVariableIsNone() {
    CommandLine command = commandLine(Map.of("AETHER_NAMESPACE", ""));

    assertEquals("default", value(command, new String[] {"latest", "a"}, "--namespace"));
  }

  @Test
  void helpNamesTheVariables() {
    String help = CommandRun.of("save", "--help").out();

    assertTrue(help.contains("AETHER_SERVER"), help);
    assertTrue(help.contains("AETHER_SAVE_COMMIT_ID"), help);
  }

  private static void check(OptionSpec flag) {
    String variable = EnvironmentDefaults.variable(flag).orElseThrow();
    Object unset = valueWith(Map.of(), flag).orElse("");
    Optional<Object> set =
        VALUES.stream()
            .flatMap(value -> valueWith(Map.of(variable, value), flag).stream())
            .filter(value -> !value.equals(unset))
            .findFirst();

    assertNotEquals(Optional.empty(), set, variable + " changes nothing");
  }

  /** The flag's value with nothing on the command line, if the environment is acceptable. */
  private static Optional<Object> valueWith(Map<String, String> environment, OptionSpec flag) {
    Map<String, String> complete = new HashMap<>(environment);
    complete.putIfAbsent("AETHER_SAVE_ACTOR", "a");
    complete.putIfAbsent("AETHER_SAVE_TYPE", "t");
    complete.putIfAbsent("AETHER_SNAPSHOT_SAVE_VERSION", "1");
    complete.putIfAbsent("AETHER_SNAPSHOT_SAVE_STATE", "1");
    complete.putIfAbsent("AETHER_NAMESPACES_DELETE_CONFIRM", "x");
    List<String> words = new ArrayList<>();
    for (CommandSpec at = flag.command(); at.parent() != null; at = at.parent()) {
      words.add(0, at.name());
    }
    if (!flag.command().positionalParameters().isEmpty()) {
      words.add("x");
    }
    String[] args = words.toArray(String[]::new);
    try {
      return Optional.ofNullable(value(commandLine(complete), args, flag.longestName()));
    } catch (CommandLine.ParameterException e) {
      return Optional.empty();
    }
  }

  private static Object value(CommandLine commandLine, String[] args, String flag) {
    ParseResult result = commandLine.parseArgs(args);
    while (result.hasSubcommand()) {
      result = result.subcommand();
    }
    return result.commandSpec().findOption(flag).getValue();
  }

  private static Stream<OptionSpec> flags(CommandLine commandLine) {
    return commandLine.getSubcommands().values().stream()
        .flatMap(
            command ->
                Stream.concat(
                    command.getCommandSpec().options().stream()
                        .filter(flag -> EnvironmentDefaults.variable(flag).isPresent()),
                    flags(command)));
  }

  private static CommandLine commandLine(Map<String, String> environment) {
    return CommandLines.create(CommandRun.nowhere(), environment);
  }
}
