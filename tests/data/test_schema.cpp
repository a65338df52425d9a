#include "data/expect_error.hpp"
#include "data/shard_writer.hpp"

#include <tartan/data/shard.hpp>

#include <fstream>
#include <nlohmann/json.hpp>

namespace tartan::data {
namespace {

using tartan::testing::expect_error;
using testing::random_spec;
using testing::ShardSpec;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

//! Holds the reader to hdf5_schemas/tartan.examples.v1.json, which the writer follows.
class Schema : public ::testing::Test {
 protected:
  Schema() {
    std::ifstream in("hdf5_schemas/tartan.examples.v1.json");
    schema_ = Json::parse(in);
  }

  void expect_opens(ShardSpec const& spec) const { EXPECT_NO_THROW(open(spec)); }
  void expect_refused(ShardSpec const& spec, std::string const& words) const {
    expect_error(ExitStatus::data, words, [&] { open(spec); });
  }
  void open(ShardSpec const& spec) const {
    testing::write_shard(directory_ / "x.h5", spec);
    Shard{directory_ / "x.h5"};
  }
  bool is_for(Json const& set, std::string const& kind) const {
    return !set.contains("kinds") || set["kinds"].dump().find('"' + kind + '"') != std::string::npos;
  }

  Json schema_;
  TemporaryDirectory directory_;
};

ShardSpec of_kind(std::string const& kind) {
  ShardSpec spec = random_spec(5, 1);
  spec.kind = kind;
  return spec;
}

TEST_F(Schema, NameAndVersionAreTheReaders) {
  ShardSpec spec = of_kind("text");
  spec.schema = schema_["schema"];
  spec.version = schema_["version"];
  expect_opens(spec);
}

TEST_F(Schema, EveryKindOpens) {
  for (std::string const kind : schema_["attributes"]["kind"]["one_of"]) expect_opens(of_kind(kind));
}

TEST_F(Schema, RequiredAttributesAreRequired) {
  for (auto const& [name, attribute] : schema_["attributes"].items()) {
    ShardSpec spec = of_kind("class");
    spec.omit = {name};
    attribute["required"] ? expect_refused(spec, "has no attribute " + name) : expect_opens(spec);
  }
}

TEST_F(Schema, RequiredDataSetsAreRequired) {
  for (std::string const kind : schema_["attributes"]["kind"]["one_of"])
    for (auto const& [name, set] : schema_["datasets"].items()) {
      ShardSpec spec = of_kind(kind);
      spec.omit = {name};
      bool const always = set["required"] && is_for(set, kind);
      auto const kinds = set.value("required_kinds", Json::array());
      always || std::find(kinds.begin(), kinds.end(), Json(kind)) != kinds.end()
          ? expect_refused(spec, "data set " + name + " is missing")
          : expect_opens(spec);
    }
}

TEST_F(Schema, EveryListedTypeOpens) {
  EXPECT_EQ(schema_["datasets"]["tokens"]["types"], (Json{"uint16", "uint32"}));
  EXPECT_EQ(schema_["datasets"]["example_id"]["types"], (Json{"uint64", "string"}));
  for (std::size_t const token_bytes : {2u, 4u})
    for (auto const strings : {testing::Strings::fixed, testing::Strings::variable}) {
      ShardSpec spec = of_kind("class");
      spec.token_bytes = token_bytes;
      spec.strings = strings;
      expect_opens(spec);
      spec.integer_ids = {0, 1, 2, 3, 4};
      expect_opens(spec);
    }
}

TEST_F(Schema, IdsLieInTheVocabulary) {
  std::int64_t ShardSpec::*const ids[] = {&ShardSpec::pad_id, &ShardSpec::cls_id, &ShardSpec::sep_id,
                                          &ShardSpec::mask_id, &ShardSpec::unk_id};
  for (auto const id : ids)
    for (std::int64_t const outside : {std::int64_t{-1}, std::int64_t{1000}}) {
      ShardSpec spec = of_kind("text");
      spec.*id = outside;
      expect_refused(spec, "outside its vocab_size of 1000");
    }
}

}  // namespace
}  // namespace tartan::data
