/**
 * What passwords are mostly made of, in any list of leaked ones: the words that guessing begins with. Small letters.
 */
export const COMMON_WORDS: ReadonlySet<string> = new Set(
  `a aa aaa abc abcd access account action adidas admin administrator adrian airborne alexander alexandra alexis alice
  amanda amazing america american andrea andrew angel angela angelina angels animal anthony apple april apples arsenal
  asdf asdfgh asdfghjkl ashley asshole august austin autumn awesome azerty baby babygirl badboy bailey banana barcelona
  baseball basketball batman beautiful beauty bella benjamin berlin bestfriend bianca bigdaddy biteme black blessed blessing
  blue bond boomer boston boy bradley brandon brian brooklyn brother bubbles buster butterfly california camaro cameron
  canada captain carlos carmen caroline casper changeme changeit charles charlie charlotte cheese chelsea cherry chester
  chicago chicken chocolate chris christ christian christina christine christmas claire classic coffee computer control
  cookie cool corvette cowboy cowboys crystal daddy dallas daniel daniela danielle dave david december default demo
  denise dennis destiny diamond diana dolphin dolphins doctor dog dragon dreams eagles eclipse edward elephant elizabeth
  eminem emily enter everton extreme faith family fashion father fender ferrari fire fish florida flower flowers football
  forever forget formula freedom friend friends friday fuck fucker fuckme fuckyou fuckoff gabriel gabriela game gandalf
  garfield garden general george germany ginger girl girls god golden goldfish google gold green guest guitar hannah
  happy hardcore harley harry heather heaven hello helloworld help hockey home honey hunter hunting i iloveu iloveyou
  inside internet iphone ireland isabella jack jackson jackie jaguar jake james january jasmine jason jeffrey jennifer
  jeremy jessica jessie jesus johnny john jonathan jordan jordans joseph joshua july junior june justin karina katherine
  kathleen kelly kevin killer king kings kitten kitty lakers lauren leather leeds legend leonardo letmein letme lollipop
  london lonely lord love lovely lover loverboy loveme loves loveyou lucky madison maggie magic manager manchester marina
  mark marlboro martin marvin master matrix matthew maverick maxwell me melissa mercedes merlin metallica michael michelle
  mickey microsoft midnight miguel minecraft mine monday money monica monkey monster montana morgan mother mountain mustang
  my mynoob naruto natalie nathan naughty newyork new nicholas nicole nintendo nirvana nothing november october oliver
  online orange oscar p pa pakistan pamela panther paradise paris parker parley pass passion passme passpass passport
  passw passwd password passwords pat patricia patrick peaches peanut peter phoenix picture playboy player please pokemon
  poohbear popcorn porsche power precious prince princess private purple qazwsx qazwsxedc qqww qwe qwer qwert qwerty
  qwertyuiop qwertz rabbit rachel rainbow raiders randy ranger rangers rebecca red redsox richard robert rocky root
  rosebud royal runner russia sabrina sally samantha samson samsung sandra saturday scooby scooter scorpion secret secure
  security september serenity server service shadow shalom shannon sharon silver simple sister slayer slipknot smokey
  snoopy snowball soccer sophie spain sparky spiderman spirit spring stanley star starwars startrek steelers stella
  stephanie steven strong stupid success summer sunday sunflower sunshine super superman superstar support sweet sweetie
  sweety system tasha taylor teacher teddy teddybear temp tequila teresa test tester testing testtest texas the theman
  thomas thunder thursday tiffany tigger tiger tigers tinkerbell toyota trinity trust trustno trustme tucker tuesday
  turtle twitter u united user username vanessa vanilla veronica victor victoria victory viking vincent virginia vision
  voyager warcraft warrior warriors website wednesday welcome whatever white william williams willow windows winner
  winston winter wizard wolverine wonderful world wrestling xbox xxx yamaha yankees yellow you your yourself zachary
  zaq zxcvb zxcvbn zxcvbnm dog cat hi hey ok yes no is am in it on one two three big bad hot sexy sex man men woman boys
  admin1 pw login logon letmeinnow opensesame sesame mypassword mypass mysecret passcode passphrase passwort motdepasse
  contrasena senha parola hallo hola bonjour salut ciao schatz liebe amor amour teamo teamomucho iloveme ihateyou`
    .split(/\s+/u)
    .filter((word) => word !== ""),
);
