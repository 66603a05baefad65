package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.OptionSpec;

/** The table of the options of serve in the documentation is that of the code. */
class OptionsTableTest {
  private static final Path CHAPTER = Path.of("../docs/operations/configure.md");
  private static final Path EXPECTED = Path.of("target/options-of-serve.md");

  @Test
  void theDocumentationHasEachOptionOfServeWithItsVariableItsDefaultAndItsMeaning()
      throws IOException {
    String expected =
        Objects.requireNonNull(
                CommandLines.create(CommandRun.nowhere(), Map.of()).getSubcommands().get("serve"))
            .getCommandSpec()
            .options()
            .stream()
            .filter(option -> !option.usageHelp() && !option.hidden())
            .sorted(Comparator.comparing(OptionSpec::longestName))
            .map(OptionsTableTest::row)
            .collect(Collectors.joining("\n"));
    Files.writeString(EXPECTED, expected + "\n");

    String documented =
        Files.readAllLines(CHAPTER).stream()
            .filter(line -> line.startsWith("| `--"))
            .collect(Collectors.joining("\n"));

    assertEquals(expected, documented, "copy the rows of server/" + EXPECTED + " to " + CHAPTER);
  }

  private static String row(OptionSpec option) {
    String label =
        option.arity().max() == 0 || option.type() == boolean.class
            ? ""
            : " " + option.paramLabel().replace("|", "\\|");
    String variable =
        EnvironmentDefaults.variable(option).map(name -> "`" + name + "`").orElse("none");
    return "| `%s%s` | %s | %s | %s |"
        .formatted(option.longestName(), label, variable, standard(option), meaning(option));
  }

  private static String standard(OptionSpec option) {
    return Optional.ofNullable(option.defaultValue())
        .or(() -> option.type() == boolean.class ? Optional.of("false") : Optional.empty())
        .map(value -> "`" + value + "`")
        .orElse("");
  }

  private static String meaning(OptionSpec option) {
    return String.join(" ", List.of(option.description()))
        .replaceFirst(" Default: " + Pattern.quote(String.valueOf(option.defaultValue())) + "$", "")
        .replace("|", "\\|");
  }
}
