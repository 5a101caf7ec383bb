package custody_test
import ("testing";"os";"fmt";"sort";"flag")
func TestMain(m *testing.M){ flag.Parse(); flag.Set("rapid.steps","150"); c:=m.Run(); var k []string; for x:=range stats{k=append(k,x)}; sort.Strings(k); for _,x:=range k{fmt.Println(stats[x],x)}; os.Exit(c)}
