package dev.aether.server.cli.json;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A JSON object's members with their values as the text they were written as, so that a value can
 * be stored as its author wrote it.
 */
public final class JsonMembers {
  private JsonMembers() {}

  /**
   * Names and values' text, in the order of the text.
   *
   * @throws JsonFault when the text isn't one JSON object (RFC 8259) or names a member twice
   */
  public static Map<String, String> of(String json) throws JsonFault {
    JsonScanner scanner = new JsonScanner(json);
    scanner.passSpaces();
    if (!scanner.passed('{')) {
      throw new JsonFault("not a JSON object");
    }
    Map<String, String> members = new LinkedHashMap<>();
    scanner.passSpaces();
    if (!scanner.passed('}')) {
      do {
        addMember(json, scanner, members);
      } while (scanner.passed(','));
      scanner.pass('}');
    }
    scanner.passSpaces();
    scanner.passEnd();
    return members;
  }

  private static void addMember(String json, JsonScanner scanner, Map<String, String> members)
      throws JsonFault {
    scanner.passSpaces();
    int nameAt = scanner.at();
    scanner.passString();
    String name = JsonValues.string(json.substring(nameAt, scanner.at()));
    scanner.passColon();
    int valueAt = scanner.at();
    scanner.passValue();
    if (members.put(name, json.substring(valueAt, scanner.at())) != null) {
      throw new JsonFault("field \"" + name + "\" is there twice");
    }
    scanner.passSpaces();
  }
}
